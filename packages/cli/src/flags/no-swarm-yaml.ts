import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '@livekit-swarm/settings/errors';
import { type Command, Option } from 'commander';

/** Name of the file with the settings of a folder. */
export const SETTINGS_FILE = 'swarm.yaml';

const NAME = '--no-swarm-yaml';

/** The flag of commands that read the settings of the working folder. */
export const noSwarmYamlFlag = (): Option =>
  new Option(NAME, `do not read ${SETTINGS_FILE} in this folder`);

/** Returns true for a command that reads these settings, unless --no-swarm-yaml is given. */
export const readsFolderSettings = (command: Command): boolean =>
  command.options.some(({ long }) => long === NAME) &&
  command.getOptionValue('swarmYaml') !== false;

/**
 * Returns true when a folder has settings, also those that cannot be read: without their host rules a command could load a server that they deny.
 */
export const hasFolderSettings = (folder: string): boolean => {
  try {
    lstatSync(join(folder, SETTINGS_FILE));
    return true;
  } catch (error) {
    return codeOf(error) !== 'ENOENT';
  }
};
