import { z } from 'zod';
import { MAX_DATA_BYTES, MAX_DATA_RATE, MIN_DATA_BYTES } from './data-traffic.ts';
import { MAX_TILES } from './layout.ts';
import { LIMITS } from './limits.ts';
import type { DataTraffic, Kind, Layout, Resolution, VideoCodec } from './role-spec.ts';

/** One run as flags ask for it: a scenario with one group, of two roles. Durations in milliseconds. */
export interface LoadSpec {
  rooms: number;
  /** One named room instead of generated names; then `rooms` is 1. */
  room: string | null;
  roomPrefix: string;
  /** Per room, publishing what `publish` says and subscribing to the others. */
  participants: number;
  /** Per room, more, listening only. */
  subscribers: number;
  publish: Kind[];
  video: Resolution;
  codec: VideoCodec;
  simulcast: boolean;
  layout: Layout;
  data: DataTraffic | null;
  /** Joins a second, over all rooms. */
  joinRate: number;
  /** From the moment the last participant was due. */
  durationMs: number;
}

/** What `swarm` alone does: small enough for any laptop, real enough to mean something. */
export const DEFAULT_LOAD_SPEC: LoadSpec = {
  rooms: 20,
  room: null,
  roomPrefix: 'swarm',
  participants: 2,
  subscribers: 0,
  publish: ['audio'],
  video: '720p',
  codec: 'vp8',
  simulcast: false,
  layout: { type: 'all' },
  data: null,
  // A join costs a server some 20 ms of CPU: 50 a second fill one core, and 1,000 participants are in after 20 s.
  joinRate: 50,
  durationMs: 30_000,
};

const between = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

const ratePerSecond = (max: number) => {
  const error = `must be above 0 and at most ${max} a second`;
  return z.number({ error }).gt(0, { error }).max(max, { error });
};

const name = (max: number, what: string) =>
  z
    .string()
    .min(1, { error: `${what} must not be empty` })
    .max(max, { error: `${what} may have at most ${max} characters` })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    .regex(/^[^\u0000-\u001f\u007f]*$/, { error: `${what} must not hold control characters` });

const durationError = `must be from ${LIMITS.minDurationMs / 1_000}s to ${LIMITS.maxDurationMs / 86_400_000} days`;

const layout = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['all', 'speaker', 'audio-only', 'none']) }),
  z.strictObject({ type: z.literal('grid'), tiles: between(1, MAX_TILES) }),
]);

const data = z.strictObject({
  messagesPerSecond: ratePerSecond(MAX_DATA_RATE),
  bytes: between(MIN_DATA_BYTES, MAX_DATA_BYTES),
  reliable: z.boolean(),
});

const fields = z.strictObject({
  rooms: between(1, LIMITS.rooms),
  room: name(LIMITS.roomName, 'a room name').nullable(),
  roomPrefix: name(LIMITS.roomPrefix, 'a prefix of room names'),
  participants: between(0, LIMITS.perRoom),
  subscribers: between(0, LIMITS.perRoom),
  publish: z.array(z.enum(['audio', 'video'])),
  video: z.enum(['180p', '360p', '540p', '720p', '1080p']),
  codec: z.enum(['vp8', 'h264'], { error: 'must be vp8 or h264' }),
  simulcast: z.boolean(),
  layout,
  data: data.nullable(),
  joinRate: ratePerSecond(LIMITS.joinRate),
  durationMs: z
    .number({ error: durationError })
    .min(LIMITS.minDurationMs, { error: durationError })
    .max(LIMITS.maxDurationMs, { error: durationError }),
});

/** Fields that contradict each other: `[field to blame, what is wrong and what to do]`. */
const contradictions = (spec: LoadSpec): [keyof LoadSpec, string][] => {
  const found: [keyof LoadSpec, string][] = [];
  const video = spec.publish.includes('video');
  const nobodySends = spec.participants === 0 || (spec.publish.length === 0 && spec.data === null);
  const total = spec.rooms * (spec.participants + spec.subscribers);
  if (spec.room !== null && spec.rooms > 1) {
    found.push([
      'room',
      `names one room, but --rooms asks for ${spec.rooms}; leave one out (--room-prefix names many)`,
    ]);
  }
  if (spec.participants + spec.subscribers === 0) {
    found.push([
      'participants',
      'and --subscribers are both 0: nobody would join; give at least one',
    ]);
  } else if (spec.subscribers > 0 && nobodySends && spec.room === null) {
    // In a room named by the user somebody else may be publishing.
    found.push([
      'subscribers',
      'would hear nothing: nobody publishes; add --participants and --publish, or name a room with --room',
    ]);
  }
  if (spec.simulcast && !video)
    found.push(['simulcast', 'needs video; add --publish audio,video or leave --simulcast out']);
  if (spec.simulcast && video && spec.video === '180p') {
    found.push(['simulcast', 'needs --video 360p or more: 180p is the lowest layer already']);
  }
  if (video && spec.publish.length === 1 && spec.layout.type === 'audio-only') {
    found.push([
      'layout',
      'audio-only leaves nothing to receive: only video is published; add audio to --publish',
    ]);
  }
  if (total > LIMITS.participants) {
    found.push([
      'rooms',
      `would make ${total} participants; at most ${LIMITS.participants} in all`,
    ]);
  }
  return found;
};

/** Validates a `LoadSpec` that came from anywhere: flags, a scenario file, the header of a record. Issue paths name the field to blame. */
export const loadSpecSchema: z.ZodType<LoadSpec> = fields.superRefine((spec, context) => {
  for (const [field, message] of contradictions(spec))
    context.addIssue({ code: 'custom', path: [field], message });
});
