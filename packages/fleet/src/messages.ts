/**
 * Messages of the queue in both directions. The schemas check the form and the limits of everything
 * that is read.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { LINE_SCHEMAS } from '@livekit-swarm/record';
import type {
  ShardAssignment,
  ShardCommand,
  WorkerDeath,
  WorkerMessage,
} from '@livekit-swarm/runner';
import { LIMITS } from '@livekit-swarm/scenario';
import { z } from 'zod';
import { admittedSchema, NAME, type Shape, text, time, whole } from './participant-schema.ts';
import { RejectedMessage } from './rejected-message.ts';

/** Schema of a run's name in keys of Redis. */
const runName = () => z.string().regex(/^[\w-]{1,100}$/);
const MOST_SHARDS = 9_999;
const jobNumber = () => whole(0, MOST_SHARDS);

/** Invitation of an agent to a run, with its number of shards. */
export const invitationSchema = z.strictObject({ run: runName(), shards: whole(1, MOST_SHARDS) });
export type Invitation = z.infer<typeof invitationSchema>;

/** Claim of a run on an agent, which exists as long as the coordinator renews it. */
export const claimSchema = z.strictObject({ run: runName() });
export type Claim = z.infer<typeof claimSchema>;

/** Numbered sign of life of a coordinator. */
export const beatSchema = z.strictObject({ beat: whole(0, Number.MAX_SAFE_INTEGER) });
export type Beat = z.infer<typeof beatSchema>;

/** Number of a job, as text whose signature was verified. */
export const jobText = z.string().regex(/^\d{1,4}$/);

/**
 * Data of a shard's job: the signed number of the job. The coordinator selects the shard by the
 * host that takes the job.
 */
export const shardJobSchema = z.strictObject({ job: text(NAME) });
export type ShardJob = z.infer<typeof shardJobSchema>;

const MOST_THREADS = 4_096;
const MOST_ATTEMPTS = 1_000;
/** Largest size of certificates, characters: those of a company and of all public authorities. */
const MOST_CERTIFICATES = 4_000_000;
const UNIX_MS = z.number().min(0).max(8.64e15);

const engineShape = {
  threads: whole(1, MOST_THREADS),
  joinTimeoutMs: whole(1, LIMITS.maxDurationMs),
  joinAttempts: whole(1, MOST_ATTEMPTS),
  signalling: z.enum(['auto', 'v1', 'v0']),
  reconnectPolicy: z.enum(['none', 'sdk', 'app']).exactOptional(),
  watchMedia: z.boolean().exactOptional(),
  turn: z
    .string()
    .max(300)
    .regex(/^(\[[\da-fA-F:.]+\]|[\w.-]+):\d{1,5}$/)
    .exactOptional(),
} satisfies Shape<ShardAssignment['engine']>;

const assignmentShape = {
  shard: jobNumber(),
  startedAtMs: UNIX_MS,
  clockOffsetMs: z.number().min(-8.64e15).max(8.64e15),
  endAtMs: time(),
  engine: z.strictObject(engineShape),
  authorities: text(MOST_CERTIFICATES).nullable(),
  elsewhere: z
    .array(
      z.strictObject({
        identity: text(NAME),
        room: text(NAME),
        agent: text(NAME),
        sendsData: z.boolean(),
      }),
    )
    .max(10 * LIMITS.participants),
  admitted: admittedSchema,
} satisfies Shape<ShardAssignment>;

/**
 * Commands of a coordinator to a shard on another host. `prepare` is not among them: each host
 * decides which programs it runs.
 */
const shardCommandSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), assignment: z.strictObject(assignmentShape) }),
  z.strictObject({ type: z.literal('assign'), admitted: admittedSchema }),
  z.strictObject({ type: z.literal('stop') }),
]) satisfies z.ZodType<ShardCommand>;

/** Command of the coordinator to an agent. */
export type FleetCommand =
  | { type: 'worker'; job: number; command: ShardCommand }
  /** Ends all workers of the agent at once. */
  | { type: 'kill' }
  /** Ends the run: the agent leaves it. */
  | { type: 'finish' };

export const fleetCommandSchema: z.ZodType<FleetCommand> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('worker'), job: jobNumber(), command: shardCommandSchema }),
  z.strictObject({ type: z.literal('kill') }),
  z.strictObject({ type: z.literal('finish') }),
]);

/** Largest length of a reason or an error, characters. */
const SENTENCE = 20_000;
const MOST_LINES = 1_000_000;

const death = z.strictObject({
  reason: text(NAME),
  message: text(SENTENCE),
  killed: z.boolean(),
}) satisfies z.ZodType<WorkerDeath>;

const line = z.discriminatedUnion('type', [LINE_SCHEMAS.event, LINE_SCHEMAS.participant]);

const workerMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('lines'), lines: z.array(line).max(MOST_LINES) }),
  z.strictObject({ type: z.literal('sample'), sample: LINE_SCHEMAS.sample }),
  z.strictObject({ type: z.literal('finished') }),
  z.strictObject({ type: z.literal('failed'), message: text(SENTENCE) }),
]) satisfies z.ZodType<WorkerMessage>;

/** Message of an agent to the coordinator. */
export const fleetMessageSchema = z.discriminatedUnion('type', [
  /** A job was taken, and its worker is being started. */
  z.strictObject({ type: z.literal('taken'), job: jobNumber() }),
  z.strictObject({ type: z.literal('worker'), job: jobNumber(), message: workerMessageSchema }),
  z.strictObject({ type: z.literal('ended'), job: jobNumber(), death: death.nullable() }),
  /** The agent runs; sent once per second. */
  z.strictObject({ type: z.literal('alive') }),
  /** The clock of the host was read again. */
  z.strictObject({ type: z.literal('clock'), line: LINE_SCHEMAS.clock }),
  /** The agent ends its participants before the coordinator requested it. */
  z.strictObject({
    type: z.literal('withdrawn'),
    reason: z.enum(['withdrawn', 'messages_lost', 'message_refused', 'internal']),
    message: text(SENTENCE),
  }),
  /** The agent has left the run: its last message. */
  z.strictObject({ type: z.literal('left') }),
]);
export type FleetMessage = z.infer<typeof fleetMessageSchema>;

/** Largest number of messages in one entry of a stream. */
export const MESSAGES_PER_ENTRY = 50;

/**
 * Largest size of an entry, bytes. Real entries are much smaller: the result of a participant in a
 * large room has a line for each track.
 */
const MAX_BYTES = 256 * 1024 ** 2;

/** Encodes the payload of one entry of a stream, before it is sealed. */
export const encode = (messages: readonly (FleetCommand | FleetMessage)[]): Buffer =>
  zstdCompressSync(JSON.stringify(messages));

/**
 * Decodes the payload of an entry.
 * @throws RejectedMessage if `encode` cannot have made these bytes of such messages
 */
export const decode = <T>(schema: z.ZodType<T>, bytes: Buffer, mostBytes = MAX_BYTES): T[] => {
  let value: unknown;
  try {
    value = JSON.parse(zstdDecompressSync(bytes, { maxOutputLength: mostBytes }).toString());
  } catch {
    // The error omits its cause, which may quote a secret.
    throw new RejectedMessage('form', 'it cannot be decoded');
  }
  return parsed(z.array(schema).min(1).max(MESSAGES_PER_ENTRY), value);
};

/**
 * Checks a value against a schema.
 * @throws RejectedMessage
 */
export const parsed = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  // The error names the place and omits the value, which may be a secret or contain control
  // characters.
  throw new RejectedMessage('form', `${issue?.code} at ${pathText(issue?.path ?? [])}`);
};

/** Parses JSON and checks it against a schema. @throws RejectedMessage */
export const parsedText = <T>(schema: z.ZodType<T>, json: string): T => {
  if (json.length > MAX_TEXT) throw new RejectedMessage('form', 'too long');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new RejectedMessage('form', 'not JSON');
  }
  return parsed(schema, value);
};

/** Largest length of facts, claims and invitations, characters. */
const MAX_TEXT = 100_000;

const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => String(key).replaceAll(/[^\w.-]/g, '?'))
    .join('.')
    .slice(0, 100) || 'the top';
