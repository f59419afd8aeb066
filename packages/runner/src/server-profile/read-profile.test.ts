/** The e2e test of `swarm capacity` compares real profiles with what `go tool pprof` reads. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { profileMessage } from './profile-proto.ts';
import { readCpuProfile } from './read-profile.ts';

const TEXTS = ['', 'samples', 'count', 'cpu', 'nanoseconds', 'main.main', 'inlined', 'leaf'];

const profileOf = (unit: number): Uint8Array =>
  gzipSync(
    new profileMessage({
      sampleType: [
        { type: 1n, unit: 2n },
        { type: 3n, unit: BigInt(unit) },
      ],
      sample: [{ locationId: [12n, 11n], value: [3n, 30_000_000n] }],
      location: [
        // `inlined` was inlined into `main.main`.
        { id: 11n, line: [{ functionId: 2n }, { functionId: 1n }] },
        { id: 12n, line: [{ functionId: 3n }] },
      ],
      function: [
        { id: 1n, name: 5n },
        { id: 2n, name: 6n },
        { id: 3n, name: 7n },
      ],
      stringTable: TEXTS,
      durationNanos: 10_000_000_000n,
    }).toBinary(),
  );

test('a profile has its stacks, callers first, with inlined calls', async () => {
  expect(await readCpuProfile(profileOf(4))).toEqual({
    durationMs: 10_000,
    stacks: [{ calls: ['main.main', 'inlined', 'leaf'], nanos: 30_000_000 }],
  });
});

test.each([
  ['no CPU time', profileOf(2)],
  ['text', Buffer.from('profiling is disabled')],
  ['nothing', Buffer.alloc(0)],
  ['another message', gzipSync(Buffer.from([0xff, 0xff, 0xff]))],
  ['more than a profile has', gzipSync(Buffer.alloc(40 * 1_024 * 1_024))],
])('%s is refused', async (_, data) => {
  await expect(readCpuProfile(data)).rejects.toThrow();
});
