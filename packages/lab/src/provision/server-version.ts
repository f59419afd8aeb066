import { execa } from 'execa';
import { plainEnvironment } from '../server/environment.ts';

/** What `livekit-server --version` says, as `1.13.4`; null when the file does not run or is something else. */
export const readServerVersion = async (path: string): Promise<string | null> => {
  const { stdout } = await execa(path, ['--version'], {
    env: plainEnvironment(),
    extendEnv: false,
    timeout: 10_000,
    reject: false,
    stdin: 'ignore',
  });
  return /livekit-server version (\d+\.\d+\.\d+\S*)/.exec(stdout ?? '')?.[1] ?? null;
};
