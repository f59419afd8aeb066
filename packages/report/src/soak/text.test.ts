import { DEFAULT_TOLERANCES, evaluateSoak, type SoakCycle } from '@livekit-swarm/analysis/soak';
import { expect, test } from 'vitest';
import { renderSoakText } from './text.ts';

/** Readings of livekit-server 1.13.3 and 1.13.4. */
const cyclesOf = (goroutines: readonly number[]): SoakCycle[] =>
  goroutines.map((count, index) => ({
    atMs: index * 50_000,
    departure: 'before-response',
    joins: 188,
    joinsFailed: 0,
    recordPath: null,
    reading: {
      isIdle: true,
      waitedMs: 26_000,
      nodes: [
        {
          node: 'livekit-server',
          id: 'ND_1',
          goroutines: count,
          descriptors: 17,
          memoryBytes: 1e8,
        },
      ],
    },
    generatorBytes: 1e8,
  }));

const textOf = (goroutines: readonly number[]): string => {
  const result = evaluateSoak(cyclesOf(goroutines), {
    tolerances: DEFAULT_TOLERANCES,
    departures: ['before-response'],
    warmUpCycles: 2,
    isLast: true,
  });
  return renderSoakText({
    schema: 'livekit-swarm/soak/1',
    scenario: 'join-and-leave',
    server: 'livekit-server 1.13.3',
    serverVersion: '1.13.3',
    startedAt: '2026-11-23T17:33:00Z',
    elapsedMs: 421_000,
    exitCode: result.verdict === 'failed' ? 99 : 98,
    result,
    error: null,
  });
};

test('states what remains, between which limits, and the readings', () => {
  const text = textOf([174, 324, 486, 715, 903, 1_067, 1_211, 1_332]);
  expect(text).toMatch(/^✗ FAILED \(exit 99\) {2}join-and-leave on livekit-server 1\.13\.3\n/);
  expect(text).toMatch(/· 894 goroutines remain per 1,000 joins \([\d.]+ to [\d,.]+\)\./);
  expect(text).toMatch(/8 cycles, 1,504 joins, 7m 1s; the first 2 cycles did not count\./);
  expect(text).toMatch(/ 8 +before-response +188 +1,332 +17 +100 MB +26 s/);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('is not certain of few cycles', () => {
  expect(textOf([118, 120, 115, 116, 121])).toMatch(/INCONCLUSIVE.*\n.*needs 7/s);
});

test('an error explains why there are too few cycles', () => {
  const cycles = cyclesOf([118]);
  const text = renderSoakText({
    schema: 'livekit-swarm/soak/1',
    scenario: 'join-and-leave',
    server: 'wss://livekit.example.com',
    serverVersion: null,
    startedAt: '2026-11-23T17:33:00Z',
    elapsedMs: 40_000,
    exitCode: 3,
    result: evaluateSoak(cycles, {
      tolerances: DEFAULT_TOLERANCES,
      departures: ['leave'],
      warmUpCycles: 2,
      isLast: true,
    }),
    error: { code: 'unreachable', message: 'nothing answers', hint: 'start it' },
  });
  expect(text).toMatch(/^✗ UNREACHABLE \(exit 3\)/);
  expect(text).toMatch(/The soak ended early: nothing answers\n {4}→ start it/);
  expect(text).not.toContain('needs 7');
});
