import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { plainEnvironment } from '../server/environment.ts';
import type { PinnedProgram } from './pinned-program.ts';

/**
 * Reads the version that the binary at `path` reports, such as `1.13.4`.
 * @returns null if it does not run, or is another program
 */
export const readVersion = async (
  { versionArgs, versionPattern }: PinnedProgram,
  path: string,
): Promise<string | null> => {
  try {
    const run = promisify(execFile)(path, versionArgs, {
      env: plainEnvironment(),
      timeout: 10_000,
    });
    run.child.stdin?.end();
    // A binary that fails may have printed its version before.
    const stdout = await run.then(
      (result) => result.stdout,
      (error: { stdout?: string }) => error.stdout ?? '',
    );
    return versionPattern.exec(stdout)?.[1] ?? null;
  } catch {
    // For some errors (ETXTBSY, ENOEXEC) spawn throws at once.
    return null;
  }
};
