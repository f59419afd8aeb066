/** Text and byte streams of LiveKit: messages of any size, in chunks on the reliable channel. */
import { duration, name, strict, word } from '@livekit-swarm/settings';
import { z } from 'zod';
import { byteSize, byteSizeText } from '../byte-size.ts';
import { durationText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import { checkUnencrypted, type E2eeKey } from './e2ee.ts';

const KINDS = ['bytes', 'text'] as const;

/** Largest stream, bytes: receivers hold one in memory to check it. */
const MAX_STREAM_BYTES = 50_000_000;
const LONGEST_NAME = 1_000;

/** Streams in records and plans. */
export const dataStreamsSchema = z
  .strictObject({
    kind: z.enum(KINDS),
    /** Role of the participants that receive them. */
    to: z.string().max(LONGEST_NAME),
    /** Size of a stream, bytes. */
    bytes: z.number().min(0).max(MAX_STREAM_BYTES),
    /** Interval between the beginnings of two streams, ms. */
    everyMs: z.number().min(0).max(LIMITS.maxDurationMs),
  })
  .meta({ id: 'DataStreams', description: 'Text or byte streams to other participants.' });

export type DataStreams = z.infer<typeof dataStreamsSchema>;

const dataStreamsSetting = () =>
  strict({
    to: name('the name of a role').describe(
      'Role of their group whose participants receive each stream.',
    ),
    kind: word(KINDS, 'kind of stream')
      .default('bytes')
      .describe('Kind of stream: bytes, as files, or text, as messages of a chat.'),
    size: byteSize(1, MAX_STREAM_BYTES).default(1_000_000).describe('Size of a stream.'),
    every: duration(100)
      .default(10_000)
      .describe(
        'Interval between the beginnings of two streams. A stream that takes longer delays the next one.',
      ),
  })
    .transform(
      ({ to, kind, size, every }): DataStreams => ({ kind, to, bytes: size, everyMs: every }),
    )
    .meta({ id: 'dataStreams', samples: [{ to: 'reader', size: '1MB', every: '10s' }] });

/** Streams that each participant sends. Absent: none. */
export const dataStreams = defineRoleKey({
  name: 'dataStreams',
  file: dataStreamsSetting()
    .optional()
    .describe(
      'They send text or byte streams (LiveKit’s data streams) to other participants of their room, which check them by a hash.',
    ),
  settings: dataStreamsSchema.exactOptional(),
  plan: 'same',
  isBounded: true,
  read: (given) => given,
  write: ({ kind, to, bytes, everyMs }): Record<string, unknown> => ({
    to,
    kind,
    size: byteSizeText(bytes),
    every: durationText(everyMs),
  }),
  check: (given, context: Checking<E2eeKey, E2eeKey>) => {
    if (given !== undefined) checkUnencrypted('dataStreams', context);
  },
});
