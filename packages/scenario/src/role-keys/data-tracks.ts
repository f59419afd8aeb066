/** Data tracks of LiveKit: frames of data that participants publish, and others subscribe to. */
import { duration, name, strict } from '@livekit-swarm/settings';
import { z } from 'zod';
import { byteSize, byteSizeText } from '../byte-size.ts';
import { durationText } from '../language/write/texts.ts';
import { LIMITS } from '../limits.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import { type E2eeKey, e2eeOf } from './e2ee.ts';

/** Smallest frame, bytes: its number, and the time at which it was sent. */
export const LEAST_FRAME_BYTES = 12;
const MOST_FRAME_BYTES = 1_000_000;
/** Shortest interval of frames, ms: timers of pages are not more precise. */
const LEAST_EVERY_MS = 5;
const LONGEST_NAME = 1_000;

/** Data track in records and plans. */
export const dataTracksSchema = z
  .strictObject({
    /** Role of the participants that subscribe to it. */
    to: z.string().max(LONGEST_NAME),
    /** Size of a frame, bytes. */
    bytes: z.number().min(LEAST_FRAME_BYTES).max(MOST_FRAME_BYTES),
    /** Interval of frames, ms. */
    everyMs: z.number().min(LEAST_EVERY_MS).max(LIMITS.maxDurationMs),
  })
  .meta({ id: 'DataTracks', description: 'Frames on a data track to other participants.' });

export type DataTracks = z.infer<typeof dataTracksSchema>;

/** Check whether participants of an engine have data tracks. Absent: those of the default one. */
export const hasDataTracks = (engine = 'native'): boolean => engine !== 'rtc';

/** The keys of a role that this key depends on. */
export interface DataTracksRole extends E2eeKey {
  engine?: string | undefined;
}

/** Data track that each participant publishes. Absent: none. */
export const dataTracks = defineRoleKey({
  name: 'dataTracks',
  file: strict({
    to: name('the name of a role').describe(
      'Role of their group whose participants subscribe to each data track.',
    ),
    size: byteSize(LEAST_FRAME_BYTES, MOST_FRAME_BYTES).default(100).describe('Size of a frame.'),
    every: duration(LEAST_EVERY_MS).default(20).describe('Interval of frames.'),
  })
    .transform(({ to, size, every }): DataTracks => ({ to, bytes: size, everyMs: every }))
    .meta({ id: 'dataTracks', samples: [{ to: 'robot', size: '100B', every: '20ms' }] })
    .optional()
    .describe(
      'They publish a data track of LiveKit, whose frames other participants of their room receive. Not possible with engine: rtc on either side: @livekit/rtc-node has no data tracks.',
    ),
  settings: dataTracksSchema.exactOptional(),
  plan: 'same',
  isBounded: true,
  read: (given) => given,
  write: ({ to, bytes, everyMs }): Record<string, unknown> => ({
    to,
    size: byteSizeText(bytes),
    every: durationText(everyMs),
  }),
  check: (given, { at, role, group, complain }: Checking<DataTracksRole, E2eeKey>) => {
    if (given === undefined) return;
    if (!hasDataTracks(role.engine))
      complain(
        [...at, 'dataTracks'],
        `is not possible with engine: ${role.engine}, which has no data tracks`,
        'write engine: native, browser or firefox, or use dataStreams',
        'key',
      );
    if (e2eeOf(role, group) !== null)
      complain([...at, 'dataTracks'], 'is not possible with e2ee', 'leave one out', 'key');
  },
});
