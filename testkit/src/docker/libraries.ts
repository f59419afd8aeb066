import { isExecutable } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';

/**
 * Shared libraries with which a program is started, its loader included; empty for a static one.
 * @throws SwarmError `no_program` when the file is not a program, or a library is missing
 */
export const librariesOf = async (program: string): Promise<string[]> => {
  if (!(await isExecutable(program)))
    throw new SwarmError('no_program', `${program} is not a program`, 'give the path of a program');
  const { stdout, stderr } = await execa('ldd', [program], { reject: false, env: { LC_ALL: 'C' } });
  if (/not a dynamic executable|statically linked/.test(stdout + stderr)) return [];
  const missing = /^\s*(\S+) => not found/m.exec(stdout);
  if (missing !== null)
    throw new SwarmError(
      'no_program',
      `${program} needs ${missing[1]}, which is not here`,
      'install it completely',
    );
  return readLibraries(stdout);
};

/**
 * Parses the output of `ldd`: `libc.so.6 => /lib/libc.so.6 (0x…)`, `/lib64/ld-linux-x86-64.so.2
 * (0x…)`; libraries of the kernel have no path.
 */
export const readLibraries = (printed: string): string[] =>
  printed
    .split('\n')
    .flatMap((line) => /^\s*(?:\S+ => )?(\/.+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? []);
