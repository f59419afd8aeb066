import { type Command, Option } from 'commander';

/** Name of the file with the settings of a folder. */
export const SETTINGS_FILE = 'swarm.yaml';

const NAME = '--no-config';

/** The flag of commands that read the settings of the working folder. */
export const noConfigFlag = (): Option =>
  new Option(NAME, `do not read ${SETTINGS_FILE} in this folder`);

/** Returns true for a command that reads these settings, unless --no-config is given. */
export const readsFolderSettings = (command: Command): boolean =>
  command.options.some(({ long }) => long === NAME) && command.getOptionValue('config') !== false;
