import { SwarmError } from '@livekit-swarm/settings';
import { findProgram } from '../provision/find-program.ts';

/** Folders in which Debian installs servers; they are not on the PATH of every user. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/**
 * Finds an installed program.
 * @param names names of the program in different distributions
 * @returns its path
 * @throws SwarmError `no_program`
 */
export const requireProgram = async (
  names: readonly string[],
  debianPackage: string,
): Promise<string> => {
  for (const name of names) {
    const path = await findProgram(name, process.env, SYSTEM_FOLDERS);
    if (path !== null) return path;
  }
  throw new SwarmError(
    'no_program',
    `${names[0]} is not installed on this host`,
    `install it: "apt-get install ${debianPackage}" on Debian`,
  );
};
