import { explain, isUsageError, parseDuration, quote, usageError } from '@livekit-swarm/settings';
import { parseDataRate } from './data-traffic.ts';
import { parseLayout } from './layout.ts';
import type { LoadSpec } from './load-spec.ts';
import { DEFAULT_LOAD_SPEC, loadSpecSchema } from './load-spec.ts';
import { parsePublish } from './publish.ts';
import { parseResolution } from './resolution.ts';

/** The flags that shape the load, as typed; left out means the default. */
export interface LoadFlags {
  rooms?: string | undefined;
  room?: string | undefined;
  roomPrefix?: string | undefined;
  participants?: string | undefined;
  subscribers?: string | undefined;
  publish?: string | undefined;
  video?: string | undefined;
  codec?: string | undefined;
  simulcast?: boolean | undefined;
  layout?: string | undefined;
  dataRate?: string | undefined;
  joinRate?: string | undefined;
  duration?: string | undefined;
}

const FLAG_OF: Record<keyof LoadSpec, keyof LoadFlags> = {
  rooms: 'rooms',
  room: 'room',
  roomPrefix: 'roomPrefix',
  participants: 'participants',
  subscribers: 'subscribers',
  publish: 'publish',
  video: 'video',
  codec: 'codec',
  simulcast: 'simulcast',
  layout: 'layout',
  data: 'dataRate',
  joinRate: 'joinRate',
  durationMs: 'duration',
};

const isField = (key: unknown): key is keyof LoadSpec =>
  typeof key === 'string' && Object.hasOwn(FLAG_OF, key);

const dashed = (flag: keyof LoadFlags): string =>
  `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const parseNumber = (text: string): number => {
  if (!/^-?\d+(\.\d+)?$/.test(text.trim()))
    throw usageError(`${quote(text)} is not a number`, 'write digits only, as 20');
  return Number(text);
};

/** Join rates may be written as a rate, too: `50/s`. */
const parseJoinRate = (text: string): number => parseNumber(text.replace(/\/s$/, ''));

/**
 * Makes a `LoadSpec` of flags; what was not given comes from `defaults`.
 * @throws SwarmError `usage` that lists every problem: the flag, the value, what is allowed, what to do
 */
export const parseLoadFlags = (
  flags: LoadFlags,
  defaults: LoadSpec = DEFAULT_LOAD_SPEC,
): LoadSpec => {
  const problems: string[] = [];
  const complain = (flag: keyof LoadFlags, problem: string): void => {
    const value = flags[flag];
    problems.push(`${dashed(flag)}${typeof value === 'string' ? ` ${value}` : ''}: ${problem}`);
  };
  const read = <T>(
    flag: Exclude<keyof LoadFlags, 'simulcast'>,
    parse: (text: string) => T,
    fallback: T,
  ): T => {
    const text = flags[flag];
    if (text === undefined) return fallback;
    try {
      return parse(text);
    } catch (error) {
      if (!isUsageError(error)) throw error;
      complain(flag, explain(error));
      return fallback;
    }
  };
  const spec = {
    rooms: read('rooms', parseNumber, flags.room === undefined ? defaults.rooms : 1),
    room: read<string | null>('room', String, defaults.room),
    roomPrefix: read('roomPrefix', String, defaults.roomPrefix),
    participants: read('participants', parseNumber, defaults.participants),
    subscribers: read('subscribers', parseNumber, defaults.subscribers),
    publish: read('publish', parsePublish, defaults.publish),
    video: read('video', parseResolution, defaults.video),
    codec: read<string>('codec', (text) => text.trim().toLowerCase(), defaults.codec),
    simulcast: flags.simulcast ?? defaults.simulcast,
    layout: read('layout', parseLayout, defaults.layout),
    data: read('dataRate', parseDataRate, defaults.data),
    joinRate: read('joinRate', parseJoinRate, defaults.joinRate),
    durationMs: read('duration', parseDuration, defaults.durationMs),
  };
  // A field that could not be read stands at its default: contradictions with that would be noise.
  const readable = problems.length === 0;
  const result = loadSpecSchema.safeParse(spec);
  for (const issue of result.error?.issues ?? []) {
    const field = issue.path[0];
    if (issue.code === 'custom' && !readable) continue;
    if (isField(field)) complain(FLAG_OF[field], issue.message);
    else problems.push(issue.message);
  }
  if (readable) {
    for (const flag of ['video', 'codec'] as const) {
      if (flags[flag] !== undefined && !spec.publish.includes('video')) {
        complain(
          flag,
          `has no effect: no video is published; add --publish audio,video or leave ${dashed(flag)} out`,
        );
      }
    }
    if (flags.room !== undefined && flags.roomPrefix !== undefined) {
      complain('roomPrefix', 'has no effect beside --room; leave one out');
    }
  }
  if (problems.length > 0 || result.data === undefined) throw usageError(problems.join('\n'));
  return result.data;
};
