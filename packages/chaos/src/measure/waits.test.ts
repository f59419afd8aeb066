import { COORDINATOR_SHARD, type RecordLine, type Scheduling } from '@livekit-swarm/record';
import { generatorOf } from '@livekit-swarm/testkit/record-of';
import { expect, it } from 'vitest';
import { createWaitsFold } from './waits.ts';

const scheduling = (longestWaitMs: number): Scheduling => ({
  ...{ runMs: 200, waitMs: longestWaitMs, longestWaitMs },
});

interface Second {
  /** Lateness of the load generator, ms; it has two measures. */
  generator?: number | { eventLoopLagMs: number };
  /** Longest waits, ms. */
  components?: Record<string, number>;
}

/** Samples of twenty seconds. */
const twentySeconds = (of: (second: number) => Second): RecordLine[] =>
  Array.from({ length: 20 }, (_, index): RecordLine[] => {
    const { generator, components } = of(index);
    const base = { type: 'sample', at: (index + 1) * 1_000, intervalMs: 1_000 } as const;
    const health = typeof generator === 'number' ? { tickLatenessMs: generator } : generator;
    return [
      ...(health === undefined
        ? []
        : [{ ...base, shard: 0, connected: 4, series: [], generator: generatorOf(health) }]),
      {
        ...{ ...base, shard: COORDINATOR_SHARD, connected: 0, series: [] },
        generator: generatorOf(
          components === undefined
            ? {}
            : {
                componentScheduling: Object.fromEntries(
                  Object.entries(components).map(([name, ms]) => [name, scheduling(ms)]),
                ),
              },
        ),
      },
    ];
  }).flat();

const fault = (from: number, until: number | null, component = 'node-1'): RecordLine[] => {
  const about = { type: 'drill', id: 'abcd1234', fault: 'cpu-pressure' } as const;
  const injected: RecordLine = {
    ...{ ...about, event: 'fault_injected', at: from, completedAt: from },
    ...{ target: { role: 'room-node' }, params: {}, components: [component], rooms: [] },
  };
  if (until === null) return [injected];
  return [injected, { ...about, event: 'fault_rolled_back', at: until, completedAt: until }];
};

const waitsOf = (...lines: RecordLine[]) => {
  const fold = createWaitsFold((name) => name === 'cpu-pressure');
  for (const line of lines) fold.add(line);
  return fold.result();
};

it('tolerates one late sample of ten of each, and waits below the limits', () => {
  const late = { generator: 101, components: { 'node-1': 251, redis: 251 } };
  const fine = { generator: 100, components: { 'node-1': 250, redis: 250 } };
  expect(waitsOf(...twentySeconds((second) => (second < 2 ? late : fine)))).toEqual({
    ...{ known: true, waited: false },
  });
});

it.each([
  ['a pump thread', { generator: 101, components: { 'node-1': 0 } }],
  ['an event loop', { generator: { eventLoopLagMs: 101 }, components: { 'node-1': 0 } }],
  ['one component of several', { generator: 0, components: { 'node-1': 251 } }],
])('%s that is late in three samples of twenty has waited', (_, late) => {
  const lines = twentySeconds((second) =>
    second < 3 ? late : { generator: 0, components: { 'node-1': 0, 'node-2': 0 } },
  );
  expect(waitsOf(...lines)).toEqual({ known: true, waited: true });
});

it('does not count a component while a fault takes its CPU, and counts the others', () => {
  const starved = twentySeconds((second) => ({
    ...{ generator: 0, components: { 'node-1': second >= 5 && second < 10 ? 900 : 0 } },
  }));
  expect(waitsOf(...starved)).toMatchObject({ waited: true });
  expect(waitsOf(...fault(5_500, 9_500), ...starved)).toMatchObject({ waited: false });
  expect(waitsOf(...fault(5_500, null), ...starved)).toMatchObject({ waited: false });
  expect(waitsOf(...fault(5_500, 9_500, 'node-2'), ...starved)).toMatchObject({ waited: true });
  // It ended before most of them.
  expect(waitsOf(...fault(1_000, 4_500), ...starved)).toMatchObject({ waited: true });
});

it('knows nothing where neither component, or no worker process, was measured', () => {
  expect(waitsOf(...twentySeconds(() => ({ generator: 0 })))).toEqual({ known: false });
  expect(waitsOf(...twentySeconds(() => ({ components: { 'node-1': 0 } })))).toEqual({
    known: false,
  });
});
