import { type Command, Option } from 'commander';
import { addGroup, type Environment } from './environment.ts';
import { mediaFlags } from './media.ts';

const LOAD_GROUP = 'Load:';
const MEDIA_GROUP = 'Media:';

/** Headings of the flags that describe a load. */
const GROUPS: ReadonlySet<string> = new Set([LOAD_GROUP, MEDIA_GROUP]);

/** Flags for the rooms and participants of a load without a scenario file. */
const roomFlags = (): Option[] => [
  new Option('--rooms <n>', 'rooms at the same time (default: 20)'),
  new Option('--room <name>', 'one room of this name instead'),
  new Option('--room-prefix <text>', 'prefix of room names (default: swarm)'),
  new Option(
    '--participants <n>',
    'participants per room, publishing and subscribing (default: 2)',
  ),
  new Option(
    '--subscribers <n>',
    'additional participants per room that only subscribe (default: 0)',
  ),
  new Option('--join-rate <n>', 'joins per second, over all rooms (default: 50)'),
  new Option(
    '--duration <time>',
    'time from the last scheduled join: 30s, 5m, 1h30m (default: 30s)',
  ),
];

/** Adds the flags that describe the load. */
export const addLoadFlags = (command: Command, env: Environment): Command => {
  addGroup(command, env, LOAD_GROUP, roomFlags());
  addGroup(command, env, MEDIA_GROUP, mediaFlags());
  return command;
};

/** Returns true for a flag that describes rooms, participants or media. */
export const isLoadFlag = ({ helpGroupHeading }: Option): boolean =>
  GROUPS.has(helpGroupHeading ?? '');
