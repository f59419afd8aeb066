import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateSoak, isDecided } from './evaluate-soak.ts';
import {
  type CycleDeparture,
  DEFAULT_TOLERANCES,
  departureOfCycle,
  type SoakCycle,
} from './soak.ts';

const WAYS: CycleDeparture[] = ['leave', 'disappear'];
const OPTIONS = { tolerances: DEFAULT_TOLERANCES, departures: WAYS, warmUpCycles: 2, isLast: true };
const JOINS = 100;

interface World {
  cycles: number;
  /** Goroutines that remain after each join, by way of leaving. */
  leak?: Partial<Record<CycleDeparture, number>>;
  /** Goroutines that a server at rest has after one way of leaving and not after others. */
  level?: Partial<Record<CycleDeparture, number>>;
  /** Noise of each reading, goroutines. */
  noise?: readonly number[];
  /** Growth of the heap after a number of cycles, bytes. */
  heap?: (cycle: number) => number;
  change?: (cycle: SoakCycle, index: number) => SoakCycle;
}

const soak = ({
  cycles,
  leak = {},
  level = {},
  noise = [],
  heap = () => 0,
  change = (cycle) => cycle,
}: World): SoakCycle[] => {
  let remained = 0;
  return Array.from({ length: cycles }, (_, index): SoakCycle => {
    const departure = departureOfCycle(WAYS, index);
    remained += (leak[departure] ?? 0) * JOINS;
    const node = {
      node: 'node-1',
      id: 'ND_1',
      goroutines: 100 + remained + (level[departure] ?? 0) + (noise[index] ?? 0),
      descriptors: 20,
      memoryBytes: 80_000_000 + heap(index),
    };
    return change(
      {
        atMs: index * 10_000,
        departure,
        joins: JOINS,
        joinsFailed: 0,
        recordPath: null,
        reading: { nodes: [node], isIdle: true, waitedMs: 20_000 },
        generatorBytes: 100_000_000,
      },
      index,
    );
  });
};
const verdict = (world: World) => evaluateSoak(soak(world), OPTIONS);
const early = (world: World) => evaluateSoak(soak(world), { ...OPTIONS, isLast: false });

describe('a leak', () => {
  test('is found, with the way of leaving that causes it', () => {
    const result = verdict({ cycles: 26, leak: { disappear: 2 } });
    expect(result).toMatchObject({
      verdict: 'failed',
      reasons: [{ code: 'leak', resource: 'goroutines', departure: 'disappear' }],
    });
    const [goroutines] = result.resources;
    expect(goroutines?.overall.perThousand).toBeCloseTo(1_000, 0);
    expect(goroutines?.byDeparture.map(({ slope }) => slope.perThousand)).toEqual([0, 2_000]);
    expect(isDecided(early({ cycles: 22, leak: { disappear: 2 } }))).toBe(true);
  });

  test('of memory alone is found', () => {
    const result = verdict({ cycles: 26, heap: (cycle) => cycle * 5_000_000 });
    expect(result.verdict).toBe('failed');
    expect(result.reasons).toEqual([
      expect.objectContaining({ code: 'leak', resource: 'memoryBytes', departure: 'leave' }),
      expect.objectContaining({ code: 'leak', resource: 'memoryBytes', departure: 'disappear' }),
    ]);
  });

  test('is not reported for a heap that grows to its size', () => {
    const heap = (cycle: number) => 60_000_000 * (1 - 0.6 ** cycle);
    for (let cycles = 1; cycles < 40; cycles++)
      expect(early({ cycles, heap }).verdict).not.toBe('failed');
    const warm = evaluateSoak(soak({ cycles: 40, heap }), { ...OPTIONS, warmUpCycles: 14 });
    expect(warm.verdict).toBe('passed');
  });
});

describe('no leak', () => {
  test('is the verdict if every interval is below its tolerance', () => {
    const result = verdict({ cycles: 20 });
    expect(result).toMatchObject({ verdict: 'passed', reasons: [{ code: 'no_leak' }] });
    expect(isDecided(result)).toBe(true);
    expect(isDecided(early({ cycles: 6 }))).toBe(false);
  });

  test('is reported for resources that a server at rest keeps after one way of leaving and frees after the next', () => {
    // livekit-server 1.13.4 had 115 goroutines after LEAVE and 119 after closed connections, for an
    // hour.
    const level = { disappear: 40 };
    const result = verdict({ cycles: 40, level });
    expect(result).toMatchObject({ verdict: 'passed', reasons: [{ code: 'no_leak' }] });
    const [goroutines] = result.resources;
    expect(goroutines?.byDeparture.map(({ slope }) => slope.perThousand)).toEqual([0, 0]);
    expect(verdict({ cycles: 40, level, leak: { leave: 1 } }).reasons).toMatchObject([
      { code: 'leak', departure: 'leave' },
    ]);
  });

  test('is rarely reported as a leak, whatever the number of evaluations', () => {
    const noises = fc.sample(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 40 }), {
      numRuns: 60,
      seed: 3,
    });
    const wrong = noises.filter((noise) =>
      noise
        .slice(0, 40)
        .some((_, index) => early({ cycles: index + 1, noise }).verdict === 'failed'),
    );
    expect(wrong).toEqual([]);
  });
});

describe('an uncertain soak is inconclusive', () => {
  test('because of few cycles', () => {
    expect(verdict({ cycles: 5 })).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'too_few_cycles', cycles: 5, least: 12 }],
    });
    expect(isDecided(verdict({ cycles: 5 }))).toBe(false);
  });

  test('because of noise as large as the tolerance', () => {
    const noise = Array.from({ length: 20 }, (_, index) => (index % 3) * 400);
    expect(verdict({ cycles: 20, noise })).toMatchObject({
      verdict: 'inconclusive',
      reasons: [{ code: 'uncertain', resource: 'goroutines' }],
    });
  });

  test('because of a restarted node, even if it seems to leak', () => {
    const change = (cycle: SoakCycle, index: number): SoakCycle => ({
      ...cycle,
      reading: {
        ...cycle.reading,
        nodes: cycle.reading.nodes.map((node) => ({ ...node, id: index < 10 ? 'ND_1' : 'ND_2' })),
      },
    });
    expect(verdict({ cycles: 20, leak: { leave: 3 }, change }).reasons).toEqual([
      { code: 'server_restarted', node: 'node-1' },
    ]);
  });

  test('because of a server that others use', () => {
    const change = (cycle: SoakCycle): SoakCycle => ({
      ...cycle,
      reading: { ...cycle.reading, isIdle: false },
    });
    expect(verdict({ cycles: 20, change }).reasons).toEqual([
      { code: 'never_at_rest', cycles: 18 },
    ]);
  });

  test('because of joins that fail', () => {
    const change = (cycle: SoakCycle): SoakCycle => ({ ...cycle, joinsFailed: 20 });
    expect(verdict({ cycles: 20, change }).reasons).toEqual([{ code: 'joins_failed', share: 0.2 }]);
  });

  test('because no source has the number of goroutines; descriptors may be missing', () => {
    const without = (resource: 'goroutines' | 'descriptors') => (cycle: SoakCycle) => ({
      ...cycle,
      reading: {
        ...cycle.reading,
        nodes: cycle.reading.nodes.map(({ [resource]: _, ...node }) => node),
      },
    });
    expect(verdict({ cycles: 20, change: without('goroutines') }).verdict).toBe('inconclusive');
    expect(verdict({ cycles: 20, change: without('descriptors') })).toMatchObject({
      verdict: 'passed',
      reasons: [{ code: 'no_leak' }, { code: 'not_measured', resource: 'descriptors' }],
    });
  });
});

test('a reading that was not at rest is joined with the next one', () => {
  const change = (cycle: SoakCycle, index: number): SoakCycle =>
    index % 4 === 3 ? { ...cycle, reading: { ...cycle.reading, isIdle: false } } : cycle;
  const [goroutines] = verdict({ cycles: 40, leak: { leave: 1, disappear: 1 }, change }).resources;
  expect(goroutines?.overall.perThousand).toBeCloseTo(1_000, 0);
});
