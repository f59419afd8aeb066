import { execa } from 'execa';
import { plainEnvironment } from '../server/environment.ts';
import type { PinnedProgram } from './pinned-program.ts';

/** The version that the binary at `path` reports, as `1.13.4`; null when it does not run or is another program. */
export const readVersion = async (
  { versionArgs, versionPattern }: PinnedProgram,
  path: string,
): Promise<string | null> => {
  const { stdout } = await execa(path, versionArgs, {
    env: plainEnvironment(),
    extendEnv: false,
    timeout: 10_000,
    reject: false,
    stdin: 'ignore',
  });
  return versionPattern.exec(stdout ?? '')?.[1] ?? null;
};
