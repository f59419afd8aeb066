import { SwarmError } from '@livekit-swarm/settings';
import type { PinnedProgram } from './pinned-program.ts';

/**
 * Asserts that a program's C libraries can be compiled with.
 * @throws SwarmError `no_libraries` with the command that installs them
 */
export const expectLibraries = async (
  program: Pick<PinnedProgram, 'name' | 'libraries' | 'pathVariable'>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> => {
  const { name, libraries, pathVariable } = program;
  if (libraries === undefined) return;
  const { execa } = await import('execa');
  const asked = await execa('pkg-config', ['--exists', ...libraries.pkgConfig], {
    env,
    extendEnv: false,
    stdin: 'ignore',
    timeout: 20_000,
    reject: false,
  });
  if (!asked.failed) return;
  const what = asked.exitCode === undefined ? 'pkg-config' : libraries.pkgConfig.join(', ');
  throw new SwarmError(
    'no_libraries',
    `${name} is not installed, and ${what} is missing to build it`,
    `install what it needs ("apt-get install ${libraries.debianPackages.join(' ')}" on Debian), or put a ${name} binary somewhere and set ${pathVariable} to its path`,
  );
};
