import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MediaError } from './media-error.ts';
import { ownClip } from './own-clip.ts';

/** Fixed seed, so that a failure is caused by the change under test. */
const SEED = 20_261;

const read = (path: string): Uint8Array => readFileSync(new URL(path, import.meta.url));

/** Clip files with the container and kind by which they are read. */
const FILES = [
  { name: 'mp4', kind: 'video', bytes: read('../test/files/h264-opus.mp4') },
  { name: 'mp4', kind: 'audio', bytes: read('../test/files/h264-opus.mp4') },
  { name: 'mp4', kind: 'video', bytes: read('../test/files/uneven.mp4') },
  { name: 'ogg', kind: 'audio', bytes: read('../../../scripts/clips/encoded/speech.opus') },
] as const;

/** Random bytes, one to four, the widths of counts, sizes and times. */
const value = fc.oneof(
  fc.constantFrom(
    [0],
    [255],
    [0, 0, 0, 0],
    [255, 255, 255, 255],
    [127, 255, 255, 255],
    [0, 0, 0, 1],
  ),
  fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 4 }),
);
const change = fc.record({
  // The index of an MP4 file is at its end, the headers of other files at their beginning.
  from: fc.constantFrom('start', 'end'),
  at: fc.nat({ max: 3_000 }),
  to: value,
});
const hostile = fc.record({
  file: fc.constantFrom(...FILES),
  changes: fc.array(change, { minLength: 1, maxLength: 6 }),
  cut: fc.option(fc.nat({ max: 12_000 })),
});

test('a file with changed bytes is published, or rejected with the reason', () => {
  fc.assert(
    fc.property(hostile, ({ file: { name, kind, bytes }, changes, cut }) => {
      const file = Uint8Array.from(bytes);
      for (const { from, at, to } of changes)
        file.set(to, from === 'start' ? at : Math.max(0, file.length - at - to.length));
      try {
        const clip = ownClip(file.subarray(0, cut ?? file.length), name, kind);
        expect(clip.payload.length).toBeLessThan(2 * file.length + 10_000);
      } catch (error) {
        expect(error).toBeInstanceOf(MediaError);
      }
    }),
    { seed: SEED, numRuns: 1_500 },
  );
});
