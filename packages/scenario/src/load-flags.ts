/** Flags of `swarm`: each changes the default scenario, which has one group of constant rooms with publishers and subscribers. */
import {
  explain,
  isUsageError,
  parseDuration,
  quote,
  suggest,
  text as textSchema,
  usageError,
} from '@livekit-swarm/settings';
import type { ExecutorSpec } from './executors/registry.ts';
import { checkThresholds, parseThresholds } from './language/check-thresholds.ts';
import { LIMITS } from './limits.ts';
import { parseResolution } from './resolution.ts';
import { parseDataRate } from './role-keys/data.ts';
import { parseE2ee } from './role-keys/e2ee.ts';
import { parseLayout } from './role-keys/layout.ts';
import { type MediaPath, PATHS } from './role-keys/path.ts';
import { parsePublish } from './role-keys/publish.ts';
import { DEFAULT_ROLE, type RoleSpec } from './role-keys/registry.ts';
import type { GroupSpec, Scenario, WitnessSpec } from './scenario.ts';
import { CODEC_WORDS } from './track-file.ts';
import type { TrackPlan, VideoCodec } from './track-plan.ts';
import { canBeEncrypted, videoProblem } from './video-format.ts';

/** The name of a scenario that flags describe, and of its only group. */
export const FLAGS_SCENARIO = 'swarm';
export const FLAGS_GROUP = 'load';

/** The parts of the default scenario that flags change. */
interface Draft {
  group: GroupSpec & { executor: Extract<ExecutorSpec, { type: 'constant-rooms' }> };
  publisher: RoleSpec;
  subscriber: RoleSpec;
  /** The video that is published, if any. */
  video: Extract<TrackPlan, { kind: 'video' }>;
}

/** Small enough for any laptop, large enough to measure something. */
const defaults = (): Draft => {
  return {
    group: {
      name: FLAGS_GROUP,
      room: null,
      roomPrefix: 'swarm',
      startMs: 0,
      joinSpreadMs: 0,
      // A join costs a server some 20 ms of CPU: 50 per second fill one core, and 1,000 participants have joined after 20 s.
      executor: { type: 'constant-rooms', rooms: 20, joinRate: 50, durationMs: 30_000 },
      roles: [],
    },
    publisher: { name: 'publisher', count: 2, publish: [{ kind: 'audio' }], ...DEFAULT_ROLE },
    subscriber: { name: 'subscriber', count: 0, publish: [], ...DEFAULT_ROLE },
    video: { kind: 'video', source: 'camera', codec: 'vp8', resolution: '720p', simulcast: false },
  };
};

const readNumber = (text: string): number => {
  if (/^-?\d+(\.\d+)?$/.test(text.trim())) return Number(text);
  throw usageError(`${quote(text)} is not a number`, 'write digits only, as 20');
};

const readCount = (text: string, min: number, max: number): number => {
  const count = readNumber(text);
  if (Number.isInteger(count) && count >= min && count <= max) return count;
  throw usageError(`must be a whole number from ${min} to ${max}`);
};

/** `50` or `50/s`. */
const readJoinRate = (text: string): number => {
  const rate = readNumber(text.replace(/\/s$/, ''));
  if (rate > 0 && rate <= LIMITS.joinRate) return rate;
  throw usageError(`must be above 0 and at most ${LIMITS.joinRate} per second`);
};

const readDuration = (text: string): number => {
  const ms = parseDuration(text);
  if (ms >= LIMITS.minDurationMs && ms <= LIMITS.maxDurationMs) return ms;
  throw usageError(
    `must be from ${LIMITS.minDurationMs / 1_000}s to ${LIMITS.maxDurationMs / 86_400_000} days`,
  );
};

const readName = (text: string, max: number, what: string): string => {
  const { data, error } = textSchema(max, what).safeParse(text);
  if (data !== undefined) return data;
  throw usageError(error?.issues[0]?.message ?? `${what} is not valid`);
};

const readCodec = (text: string): VideoCodec => {
  const codec = CODEC_WORDS.find((word) => word === text.trim().toLowerCase());
  if (codec !== undefined) return codec;
  throw usageError(`must be ${CODEC_WORDS.slice(0, -1).join(', ')} or ${CODEC_WORDS.at(-1)}`);
};

const readPath = (text: string): MediaPath => {
  const path = PATHS.find((one) => one === text.trim());
  if (path !== undefined) return path;
  throw usageError(`unknown path ${quote(text)}`, suggest(text, PATHS, 'available:'));
};

/** What each flag changes. */
const PATCHES = {
  room: ({ group }, text) => {
    group.room = readName(text, LIMITS.roomName, 'a room name');
    group.executor.rooms = 1;
  },
  rooms: ({ group }, text) => {
    group.executor.rooms = readCount(text, 1, LIMITS.rooms);
  },
  roomPrefix: ({ group }, text) => {
    group.roomPrefix = readName(text, LIMITS.roomPrefix, 'a prefix of room names');
  },
  participants: ({ publisher }, text) => {
    publisher.count = readCount(text, 0, LIMITS.perRoom);
  },
  subscribers: ({ subscriber }, text) => {
    subscriber.count = readCount(text, 0, LIMITS.perRoom);
  },
  publish: ({ publisher, video }, text) => {
    publisher.publish = parsePublish(text).map((kind) => (kind === 'audio' ? { kind } : video));
  },
  video: ({ video }, text) => {
    video.resolution = parseResolution(text);
  },
  codec: ({ video }, text) => {
    video.codec = readCodec(text);
  },
  layout: ({ publisher, subscriber }, text) => {
    const layout = parseLayout(text);
    const subscribe = layout.type !== 'none';
    Object.assign(publisher, { layout, subscribe });
    Object.assign(subscriber, { layout, subscribe });
  },
  path: ({ publisher, subscriber }, text) => {
    const path = readPath(text);
    publisher.path = path;
    subscriber.path = path;
  },
  e2ee: ({ publisher, subscriber }, text) => {
    const e2ee = parseE2ee(text);
    publisher.e2ee = e2ee;
    subscriber.e2ee = e2ee;
  },
  dataRate: ({ publisher }, text) => {
    publisher.data = parseDataRate(text);
  },
  joinRate: ({ group }, text) => {
    group.executor.joinRate = readJoinRate(text);
  },
  duration: ({ group }, text) => {
    group.executor.durationMs = readDuration(text);
  },
} satisfies Record<string, (draft: Draft, text: string) => void>;

type TextFlag = keyof typeof PATCHES;

/** As typed; absent: the default. */
export interface LoadFlags extends Partial<Record<TextFlag, string | undefined>> {
  simulcast?: boolean | undefined;
}

const TEXT_FLAGS = Object.keys(PATCHES) as TextFlag[];

/** Every flag that describes the load. */
export const LOAD_FLAGS: readonly (keyof LoadFlags)[] = [...TEXT_FLAGS, 'simulcast'];

/** `roomPrefix` → `--room-prefix`. */
export const flagName = (flag: string): string =>
  `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Flags that contradict each other: the flag to report, what is wrong and what to do. */
const contradictions = (
  flags: LoadFlags,
  { group, publisher, subscriber, video }: Draft,
): [keyof LoadFlags, string][] => {
  const { rooms } = group.executor;
  const perRoom = publisher.count + subscriber.count;
  const withVideo = publisher.publish.includes(video);
  const noVideo = (flag: string): string =>
    `has no effect: no video is published; add --publish audio,video or leave ${flag} out`;
  const problem = videoProblem(video);
  const rules: [boolean, keyof LoadFlags, string][] = [
    [
      group.room !== null && rooms > 1,
      'room',
      `names one room, but --rooms asks for ${rooms}; leave one out (--room-prefix names many)`,
    ],
    [
      perRoom === 0,
      'participants',
      'and --subscribers are both 0: no participant would join; give at least one',
    ],
    [
      // In a named room participants of others may publish.
      subscriber.count > 0 && !sends(publisher) && group.room === null,
      'subscribers',
      'would receive nothing: no participant publishes; add --participants and --publish, or name a room with --room',
    ],
    [
      video.simulcast && !withVideo,
      'simulcast',
      'needs video; add --publish audio,video or leave --simulcast out',
    ],
    [
      video.simulcast && withVideo && video.resolution === '180p',
      'simulcast',
      'needs --video 360p or more: 180p is the lowest layer already',
    ],
    [
      withVideo && publisher.publish.length === 1 && publisher.layout.type === 'audio-only',
      'layout',
      'audio-only leaves nothing to receive: only video is published; add audio to --publish',
    ],
    [
      rooms * perRoom > LIMITS.participants,
      'rooms',
      `would make ${rooms * perRoom} participants; at most ${LIMITS.participants} in all`,
    ],
    [
      withVideo && !video.simulcast && problem !== null,
      'codec',
      `${problem?.message}; ${problem?.hint}`,
    ],
    [
      withVideo && video.simulcast && problem !== null && video.resolution !== '180p',
      'simulcast',
      `${problem?.message}; leave --simulcast out`,
    ],
    [
      withVideo && publisher.e2ee !== null && !canBeEncrypted(video),
      'e2ee',
      `livekit-client does not encrypt ${video.codec}; take --codec vp8 or h264`,
    ],
    [flags.video !== undefined && !withVideo, 'video', noVideo('--video')],
    [flags.codec !== undefined && !withVideo, 'codec', noVideo('--codec')],
    [
      flags.room !== undefined && flags.roomPrefix !== undefined,
      'roomPrefix',
      'has no effect with --room; leave one out',
    ],
  ];
  return rules.flatMap(([isBroken, flag, problem]) => (isBroken ? [[flag, problem]] : []));
};

const sends = ({ count, publish, data }: RoleSpec): boolean =>
  count > 0 && (publish.length > 0 || data !== null);

/** Without anything to publish, participants only subscribe. */
const rolesOf = ({ publisher, subscriber }: Draft): RoleSpec[] => {
  const roles = sends(publisher)
    ? [publisher, subscriber]
    : [{ ...subscriber, count: subscriber.count + publisher.count }];
  return roles.filter(({ count }) => count > 0);
};

/**
 * The scenario that flags describe.
 * @param thresholds as typed
 * @param witnesses that are added to it
 * @throws SwarmError `usage` that lists every problem of the load: the flag, the value, what is allowed, what to do; then `invalid_threshold`
 */
export const scenarioOfFlags = (
  flags: LoadFlags,
  thresholds: readonly string[] = [],
  witnesses: readonly WitnessSpec[] = [],
): Scenario => {
  const problems: string[] = [];
  const complain = (flag: keyof LoadFlags, problem: string): void => {
    const value = flags[flag];
    problems.push(`${flagName(flag)}${typeof value === 'string' ? ` ${value}` : ''}: ${problem}`);
  };
  const draft = defaults();
  draft.video.simulcast = flags.simulcast ?? false;
  for (const flag of TEXT_FLAGS) {
    const text = flags[flag];
    if (text === undefined) continue;
    try {
      PATCHES[flag](draft, text);
    } catch (error) {
      if (!isUsageError(error)) throw error;
      complain(flag, explain(error));
    }
  }
  // A flag that could not be read left its default: contradictions with that would mislead.
  if (problems.length === 0)
    for (const [flag, problem] of contradictions(flags, draft)) complain(flag, problem);
  if (problems.length > 0) throw usageError(problems.join('\n'));
  const scenario: Scenario = {
    name: FLAGS_SCENARIO,
    description: null,
    tags: {},
    seed: 1,
    groups: [{ ...draft.group, roles: rolesOf(draft) }],
    windows: [],
    thresholds: parseThresholds(thresholds),
    ...(witnesses.length > 0 && { witnesses: [...witnesses] }),
  };
  checkThresholds(scenario, scenario.thresholds);
  return scenario;
};
