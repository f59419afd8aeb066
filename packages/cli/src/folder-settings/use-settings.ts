import { withoutSecrets } from '@livekit-swarm/settings';
import type { Command } from 'commander';
import { type Console, write } from '../console.ts';
import { SETTINGS_FILE } from '../flags/no-swarm-yaml.ts';
import { takenSettings } from '../flags/taken-settings.ts';
import { isCi } from '../requests/is-ci.ts';
import { type FolderSettings, readFolderSettings } from './read-settings.ts';

/** Option of a command with a log of its own: lines on what it takes from the settings of the folder. */
export const LINES = 'folderSettingsLines';

/**
 * Gives a command the settings of the working folder, below those of flags and the environment, and names what it takes on stderr.
 * @throws SwarmError `invalid_file`
 */
export const useFolderSettings = async (
  command: Command,
  { stderr, env }: Console,
  folder = '.',
): Promise<void> => {
  const settings = readFolderSettings(folder);
  if (settings === null) return;
  const taken = takenSettings(command);
  const url = taken?.url === true && takesUrl(command, env) ? settings.url : null;
  const { allowHosts, denyHosts } = settings;
  // Beside a scenario file, SWARM_ROOM_PREFIX and SWARM_ROOM are not used.
  const hasRooms = command.args.length === 0 && isGiven(command, 'roomPrefix', 'room');
  const used: FolderSettings = {
    allowHosts,
    denyHosts,
    // A pull request can change the file: its job would send tokens of the real server to another one.
    url: isCi(env) ? null : url,
    roomPrefix: taken?.load !== true || hasRooms ? null : settings.roomPrefix,
    thresholds: taken?.load === true ? settings.thresholds : [],
  };
  const set = (name: string, value: unknown): unknown =>
    command.setOptionValueWithSource(name, value, 'config');
  set('folderSettings', used);
  if (used.url !== null && hasFlag(command, 'url')) set('url', used.url);
  if (used.roomPrefix !== null && hasFlag(command, 'roomPrefix'))
    set('roomPrefix', used.roomPrefix);
  const isQuiet = command.getOptionValue('quiet') === true;
  const texts = isQuiet ? [] : textsOf(used);
  const lines = [
    ...(url === used.url
      ? []
      : [
          `${SETTINGS_FILE}: url is not used in a CI job, which must name its server: ${hasFlag(command, 'url') ? '--url or ' : ''}LIVEKIT_URL`,
        ]),
    ...(texts.length === 0 ? [] : [`${SETTINGS_FILE}: ${texts.join('; ')}`]),
  ];
  if (taken?.logs === true) set(LINES, lines);
  else for (const line of lines) await write(stderr, `${line}\n`);
};

const hasFlag = (command: Command, name: string): boolean =>
  command.options.some((option) => option.attributeName() === name);

/** True when a flag or the environment gives one of these. */
const isGiven = (command: Command, ...names: string[]): boolean =>
  names.some((name) => {
    const value: unknown = command.getOptionValue(name);
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  });

const takesUrl = (command: Command, env: NodeJS.ProcessEnv): boolean =>
  hasFlag(command, 'url')
    ? !isGiven(command, 'url', 'server', 'embedded')
    : // The exporter: its deployments are those of its own file, or of the environment.
      !isGiven(command, 'config') && env.LIVEKIT_URL === undefined;

/** Text of each value that a command takes from the file. */
const textsOf = (used: FolderSettings): string[] => {
  const { url, allowHosts, denyHosts, roomPrefix, thresholds } = used;
  return [
    ...(url === null ? [] : [`url ${withoutSecrets(url)}`]),
    ...(allowHosts.length === 0 ? [] : [`hosts allowed ${allowHosts.join(', ')}`]),
    ...(denyHosts.length === 0 ? [] : [`hosts denied ${denyHosts.join(', ')}`]),
    ...(roomPrefix === null ? [] : [`room prefix ${roomPrefix}`]),
    ...(thresholds.length === 0 ? [] : [`thresholds on ${metricsOf(used)}`]),
  ];
};

const metricsOf = ({ thresholds }: FolderSettings): string =>
  [...new Set(thresholds.map(({ threshold }) => threshold.metric))].join(', ');
