/**
 * Schema of participants in messages to other hosts. It refuses unlisted keys and limits every
 * size, because any program may have written the message.
 */
import type { Admission } from '@livekit-swarm/engine';
import type { AdmittedParticipant } from '@livekit-swarm/runner';
import {
  ACTION_SOURCES,
  boundedSettings,
  DISPATCHES,
  LIMITS,
  MUSIC_KILOBITS,
  PATHS,
  type ParticipantPlan,
  type PlannedAction,
  type RoleGrants,
  SIMULATIONS,
  STREAM_PROTOCOLS,
  type TrackPlan,
} from '@livekit-swarm/scenario';
import { z } from 'zod';

/** Schemas for the keys of a type: the compiler reports a key of the type that is missing here. */
export type Shape<T> = { [Key in keyof T]-?: z.ZodType<T[Key]> };

/**
 * Schema of text.
 * @param longest largest length, characters
 */
export const text = (longest: number) => z.string().max(longest);
export const whole = (least: number, most: number) => z.int().min(least).max(most);
const amount = (most: number) => z.number().min(0).max(most);
const yes = () => z.literal(true);

/** Largest length of names of rooms, roles, participants and labels, characters. */
export const NAME = 1_000;
const ADDRESS = 2_048;
const SECRET = 65_536;
const SETTING = 20_000;
const MOST_TRACKS = 100;
const MOST_ACTIONS = 500_000;
const MOST_LISTED = 1_000;

/** Schema of a time after the start of the run, ms; at most a week. */
export const time = () =>
  z
    .number()
    .min(-LIMITS.maxDurationMs)
    .max(LIMITS.maxDurationMs * 2);
const duration = () => amount(LIMITS.maxDurationMs);

/**
 * Schema of a URL that participants connect to. The rules of the host decide which hosts it may
 * name.
 */
const address = (protocols: RegExp) => z.url({ protocol: protocols }).max(ADDRESS);
const host = () => text(300).regex(/^(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?$/);

/** Schema of a track. It never names a media file: those of users do not exist on other hosts. */
const track = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('audio'),
    music: z.literal(MUSIC_KILOBITS).exactOptional(),
    dtx: yes().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('video'),
    source: z.enum(['camera', 'screen']),
    codec: z.enum(['vp8', 'h264', 'vp9', 'av1']),
    resolution: z.enum(['180p', '360p', '540p', '720p', '1080p']),
    simulcast: z.boolean(),
    bitrates: z.array(amount(1e9)).max(10).exactOptional(),
    frameMetadata: yes().exactOptional(),
    scalabilityMode: z.enum(['L3T3_KEY']).exactOptional(),
  }),
]) satisfies z.ZodType<TrackPlan>;

const sources = z
  .array(z.enum(['camera', 'microphone', 'screen_share', 'screen_share_audio']))
  .max(4);

const permission = {
  canPublish: z.boolean().exactOptional(),
  canPublishSources: sources.exactOptional(),
  canPublishData: z.boolean().exactOptional(),
  canSubscribe: z.boolean().exactOptional(),
  canUpdateOwnMetadata: z.boolean().exactOptional(),
};

const grantsShape = {
  ...permission,
  hidden: z.boolean().exactOptional(),
  roomAdmin: z.boolean().exactOptional(),
  recorder: z.boolean().exactOptional(),
} satisfies Shape<RoleGrants>;

const atMs = time();
const action = z.discriminatedUnion('do', [
  z.strictObject({
    atMs,
    do: z.enum(['mute', 'unmute', 'unpublish']),
    source: z.enum(ACTION_SOURCES),
  }),
  z.strictObject({ atMs, do: z.literal('publish'), track }),
  z.strictObject({
    atMs,
    do: z.literal('set'),
    name: text(NAME).exactOptional(),
    metadata: text(SETTING).exactOptional(),
    attributes: z.record(text(NAME), text(SETTING)).exactOptional(),
  }),
  z.strictObject({ atMs, do: z.literal('permit'), permission: z.strictObject(permission) }),
  z.strictObject({
    atMs,
    do: z.literal('simulate'),
    simulate: z.enum(SIMULATIONS),
    bandwidthBps: amount(1e12).exactOptional(),
  }),
  z.strictObject({ atMs, do: z.enum(['change-address', 'disappear', 'join-again']) }),
  z.strictObject({ atMs, do: z.enum(['speak', 'listen']) }),
  z.strictObject({ atMs, do: z.literal('change-key'), key: whole(0, MOST_ACTIONS * 10) }),
]) satisfies z.ZodType<PlannedAction>;

const share = () => z.number().min(0).max(1);
const link = z.strictObject({
  loss: share(),
  burst: amount(1e6),
  delayMs: duration(),
  jitterMs: duration(),
  reorder: share(),
  rateBps: amount(1e12).nullable(),
  queueMs: duration(),
});

const layout = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['all', 'speaker', 'audio-only', 'none']) }),
  z.strictObject({ type: z.literal('grid'), tiles: whole(0, MOST_LISTED) }),
]);

const data = z.strictObject({
  messagesPerSecond: amount(1e5),
  bytes: whole(0, 65_536),
  reliable: z.boolean(),
});

const ref = z.union([
  z.strictObject({ env: text(NAME) }),
  z.strictObject({ file: text(ADDRESS * 2) }),
]);

/**
 * Schema of the token endpoint and the sources of its headers, for the record only: another host
 * reads none of these sources.
 */
const connect = z.strictObject({
  url: text(ADDRESS),
  servers: z.array(text(ADDRESS)).max(MOST_LISTED),
  headers: z.record(text(NAME), ref),
});

const stream = z.strictObject({
  protocol: z.enum(STREAM_PROTOCOLS),
  url: address(/^https?$/),
  token: ref.exactOptional(),
});

const e2ee = z.strictObject({
  secret: z.union([
    z.enum(['throw-away', 'wrong-key']),
    z.strictObject({ passphrase: ref }),
    z.strictObject({ key: ref }),
  ]),
  keyIndex: whole(0, 255),
  ratchet: whole(0, 1_000),
  keyChange: z
    .strictObject({
      everyMs: z.number().positive().max(LIMITS.maxDurationMs),
      by: z.enum(['new-key', 'ratchet']),
      withinMs: duration(),
    })
    .exactOptional(),
});

const conversation = z.strictObject({
  opens: z.enum(['caller', 'agent']),
  pauseMs: duration(),
  answerWithinMs: duration(),
  answerEndsMs: duration(),
  bargeIn: z.strictObject({ share: share(), afterMs: duration() }).nullable(),
  turns: whole(1, 100_000).exactOptional(),
  agent: z
    .strictObject({
      name: text(NAME),
      by: z.enum(DISPATCHES),
      afterMs: duration().exactOptional(),
      againMs: duration().exactOptional(),
    })
    .exactOptional(),
  transfer: z.strictObject({ after: whole(1, 100_000), to: text(NAME) }).exactOptional(),
});

const answers = z.strictObject({
  afterMs: duration(),
  lengthMs: amount(60_000),
  stopsAfterMs: duration().nullable(),
});

const exchange = z.strictObject({
  answers: z.array(text(NAME)).max(MOST_LISTED),
  callees: text(NAME).exactOptional(),
  receivers: text(NAME).exactOptional(),
  track: z.strictObject({ name: text(NAME), subscribers: text(NAME) }).exactOptional(),
  subscribes: z
    .strictObject({
      name: text(NAME),
      publishers: z
        .array(z.strictObject({ identities: text(NAME), everyMs: duration() }))
        .max(MOST_LISTED),
    })
    .exactOptional(),
});

const labels = z.record(text(NAME), text(NAME));
const expected = whole(0, 10 * LIMITS.participants);

const planShape = {
  ...boundedSettings,
  index: whole(0, 10 * LIMITS.participants),
  identity: text(NAME),
  group: text(NAME),
  room: text(NAME),
  role: text(NAME),
  joinAtMs: time(),
  leaveAtMs: time(),
  publish: z.array(track).max(MOST_TRACKS),
  layout,
  data: z.array(data).max(MOST_TRACKS),
  grants: z.strictObject(grantsShape),
  network: z.strictObject({ up: link, down: link }).nullable(),
  path: z.enum(PATHS),
  hostSelector: labels.exactOptional(),
  turns: z.enum(['takes', 'hears']).exactOptional(),
  conversation: conversation.exactOptional(),
  answers: answers.exactOptional(),
  exchange: exchange.exactOptional(),
  readsFrameMetadata: yes().exactOptional(),
  hearsMarks: yes().exactOptional(),
  actions: z.array(action).max(MOST_ACTIONS).exactOptional(),
  connect: connect.exactOptional(),
  stream: stream.exactOptional(),
  e2ee: e2ee.nullable(),
  expectedTracks: z.strictObject({ audio: expected, video: expected }),
} satisfies Shape<ParticipantPlan>;

export const participantPlanSchema = z.strictObject(planShape) satisfies z.ZodType<ParticipantPlan>;

const secretSettings = { keyIndex: whole(0, 255), ratchet: whole(0, 1_000) };

const admissionShape = {
  url: address(/^(wss?|https?)$/),
  token: text(SECRET),
  endpoint: z
    .strictObject({
      url: address(/^https?$/),
      headers: z.record(text(NAME), text(SECRET)),
      hosts: z.array(host()).max(MOST_LISTED),
    })
    .exactOptional(),
  ingress: z
    .strictObject({
      url: address(/^(rtmps?|https?)$/),
      streamKey: text(SECRET),
      apiBase: address(/^https?$/),
    })
    .exactOptional(),
  e2ee: z
    .union([
      z.strictObject({ passphrase: text(SECRET), ...secretSettings }),
      z.strictObject({ key: text(SECRET), ...secretSettings }),
    ])
    .exactOptional(),
} satisfies Shape<Admission>;

export const admittedSchema = z
  .array(
    z.strictObject({
      plan: participantPlanSchema,
      admission: z.strictObject(admissionShape),
    }),
  )
  .max(10 * LIMITS.participants) satisfies z.ZodType<AdmittedParticipant[]>;
