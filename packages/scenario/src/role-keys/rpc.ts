/** Calls of methods of other participants: LiveKit's RPC. */
import { duration, name, strict, text } from '@livekit-swarm/settings';
import { z } from 'zod';
import { byteSize, byteSizeText } from '../byte-size.ts';
import { durationText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import { checkUnencrypted, type E2eeKey } from './e2ee.ts';

/** Largest payload of a request or an answer, bytes: that of the first version of LiveKit's RPC. */
export const MAX_RPC_BYTES = 15_360;
/** Longest name of a method, characters. */
const LONGEST_METHOD = 64;
const LONGEST_NAME = 1_000;

/** Calls in records and plans. */
export const rpcSchema = z
  .strictObject({
    /** Role of the participants that are called. */
    to: z.string().max(LONGEST_NAME),
    method: z.string().max(LONGEST_METHOD),
    /** Interval between the calls of a participant, ms. */
    everyMs: z.number().min(0).max(LIMITS.maxDurationMs),
    /** Size of the request, and of the answer, bytes. */
    payloadBytes: z.number().min(0).max(MAX_RPC_BYTES),
    /** Time for the answer, ms. */
    timeoutMs: z.number().min(0).max(LIMITS.maxDurationMs),
  })
  .meta({ id: 'Rpc', description: 'Calls of methods of other participants.' });

export type Rpc = z.infer<typeof rpcSchema>;

const DEFAULT_METHOD = 'swarm.echo';

const rpcSetting = () =>
  strict({
    to: name('the name of a role').describe(
      'Role of their group whose participants are called, in turn. These answer with what they were sent.',
    ),
    every: duration(10).default(1_000).describe('Interval between the calls of a participant.'),
    payload: byteSize(0, MAX_RPC_BYTES)
      .default(100)
      .describe('Size of the request, and of the answer.'),
    timeout: duration(100).default(15_000).describe('Time for the answer.'),
    method: text(LONGEST_METHOD, 'the name of a method')
      .default(DEFAULT_METHOD)
      .describe('Name of the method.'),
  })
    .transform(
      ({ to, every, payload, timeout, method }): Rpc => ({
        to,
        method,
        everyMs: every,
        payloadBytes: payload,
        timeoutMs: timeout,
      }),
    )
    .meta({ id: 'rpc', samples: [{ to: 'robot', every: '1s', payload: '100B' }] });

/** Calls that each participant makes. Absent: none. */
export const rpc = defineRoleKey({
  name: 'rpc',
  file: rpcSetting()
    .optional()
    .describe(
      'They call a method of other participants of their room (LiveKit’s RPC), at an interval, and check the answer.',
    ),
  settings: rpcSchema.exactOptional(),
  plan: 'same',
  isBounded: true,
  read: (given) => given,
  write: ({ to, method, everyMs, payloadBytes, timeoutMs }): Record<string, unknown> => ({
    to,
    every: durationText(everyMs),
    payload: byteSizeText(payloadBytes),
    timeout: durationText(timeoutMs),
    method,
  }),
  check: (given, context: Checking<E2eeKey, E2eeKey>) => {
    if (given !== undefined) checkUnencrypted('rpc', context);
  },
});
