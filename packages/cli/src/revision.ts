import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** Time limit for git, ms. */
const GIT_MS = 2_000;

/**
 * Read the commit that the program was built from: a published package names it as npm does; in a
 * checkout, git knows it.
 * @returns the hash of the commit, or `unknown`
 */
export const readRevision = async (): Promise<string> => {
  const { name, gitHead } = createRequire(import.meta.url)('../package.json') as {
    name?: string;
    gitHead?: string;
  };
  if (gitHead !== undefined) return gitHead;
  // A published package without the field must not take the commit of the repository around it.
  if (name === undefined) return 'unknown';
  const asked = promisify(execFile)('git', ['rev-parse', 'HEAD'], {
    cwd: import.meta.dirname,
    timeout: GIT_MS,
  });
  return await asked.then(
    ({ stdout }) => stdout.trim(),
    // Sources without git, as in an archive or an image.
    () => 'unknown',
  );
};
