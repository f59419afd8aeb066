import type { BeaconBody, BeaconReport, StreamReport } from '@livekit-swarm/beacon/payload';
import { z } from 'zod';

/** Count that is not negative; zod itself rejects NaN and infinity. */
const amount = z.number().min(0);
const word = z.string().max(64);

const stream = z.object({
  direction: z.enum(['up', 'down']),
  kind: z.enum(['audio', 'video']),
  codec: word.optional(),
  publisher: word.optional(),
  expectedMs: amount,
  rated: z.literal(false).optional(),
  paused: z.literal(true).optional(),
  jitter: amount.optional(),
  rtt: amount.optional(),
  bufferDelay: amount.optional(),
  width: amount.optional(),
  height: amount.optional(),
  packets: amount.optional(),
  bytes: amount.optional(),
  lost: amount.optional(),
  recovered: amount.optional(),
  nacks: amount.optional(),
  plis: amount.optional(),
  frames: amount.optional(),
  framesDropped: amount.optional(),
  codecSeconds: amount.optional(),
  cpuLimitedSeconds: amount.optional(),
  freezes: amount.optional(),
  freezeSeconds: amount.optional(),
  concealed: amount.optional(),
  silentConcealed: amount.optional(),
  samples: amount.optional(),
});

const report = z.object({
  seq: z.int().min(0),
  ms: amount,
  reconnects: amount.optional(),
  dropped: amount.optional(),
  transport: word.optional(),
  network: word.optional(),
  node: word.optional(),
  participant: word.optional(),
  end: z.literal(true).optional(),
  part: z.literal(true).optional(),
  streams: z.array(stream).max(64),
});

const software = z.object({ name: word, version: word.optional() });

/** Body of version 1. Additional fields are ignored, so that a newer beacon may send more. */
export const bodySchema = z.object({
  v: z.literal(1),
  session: z.string().regex(/^[\w-]{8,64}$/),
  sdk: software,
  browser: software,
  reports: z.array(report).min(1).max(128),
});

export type ReadStream = z.infer<typeof stream>;
export type ReadReport = z.infer<typeof report>;
export type ReadBody = z.infer<typeof bodySchema>;

/**
 * Type with all fields optional. With it, the compiler checks that this schema reads exactly what
 * the beacon sends.
 */
type Loose<T> = { [Name in keyof T]?: T[Name] | undefined };
type SameNames<A, B> = [Exclude<keyof A, keyof B>, Exclude<keyof B, keyof A>] extends [never, never]
  ? true
  : never;
true satisfies SameNames<StreamReport, ReadStream>;
true satisfies SameNames<BeaconReport, ReadReport>;
true satisfies SameNames<Omit<BeaconBody, 'token'>, ReadBody>;
type Sent = StreamReport extends Loose<ReadStream> ? true : never;
true satisfies Sent;
