import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ClockLine } from '@livekit-swarm/record';
import type { WorkerCommand, WorkerDeath, WorkerMessage } from '@livekit-swarm/runner';
import { z } from 'zod';

/** To an agent: take part in a run, with this number of shards. */
export const invitationSchema = z.object({ run: z.string(), shards: z.int().min(1) });
export type Invitation = z.infer<typeof invitationSchema>;

/** Data of a job that hosts a shard: its number. Which shard, the coordinator decides by the host that takes it. */
export const shardJobSchema = z.object({ job: z.int().min(0) });
export type ShardJob = z.infer<typeof shardJobSchema>;

/** Coordinator → agent. */
export type FleetCommand =
  | { type: 'worker'; job: number; command: WorkerCommand }
  /** All workers of the agent end at once. */
  | { type: 'kill' }
  /** The run is over: the agent leaves it. */
  | { type: 'finish' };

/** Agent → coordinator. */
export type FleetMessage =
  /** A job was taken, and its worker is being started. */
  | { type: 'taken'; job: number }
  | { type: 'worker'; job: number; message: WorkerMessage }
  | { type: 'ended'; job: number; death: WorkerDeath | null }
  /** Once a second. */
  | { type: 'alive' }
  /** The clock of the host was read again. */
  | { type: 'clock'; line: ClockLine }
  /** The agent ends its participants before the coordinator requested it. */
  | { type: 'withdrawn'; reason: string }
  /** The agent has left the run: its last message. */
  | { type: 'left' };

/** Far above what one entry holds: a result of a participant in a large room has a line for each track. */
const MAX_BYTES = 256 * 1024 ** 2;

/** The payload of one entry of a stream. */
export const encode = (messages: readonly (FleetCommand | FleetMessage)[]): Buffer =>
  zstdCompressSync(JSON.stringify(messages));

/** @throws Error when the bytes are none that `encode` made */
export const decode = <T extends FleetCommand | FleetMessage>(bytes: Buffer): T[] =>
  JSON.parse(zstdDecompressSync(bytes, { maxOutputLength: MAX_BYTES }).toString()) as T[];
