import { createSummary, decideVerdict, resolveThresholds } from '@livekit-swarm/analysis';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, recordOf } from '@livekit-swarm/testkit/record-of';
import { expect, it } from 'vitest';
import { drillHealth } from './drill-health.ts';
import type { Waits } from './waits.ts';

/** Run on a busy host, whose threads waited for this time in each second, ms. */
const busyRun = (longestWaitMs: number, hostCpuShare = 0.999) => {
  const fold = createSummary();
  const lines = altered(recordOf(specOf({ rooms: 2 })), (line) =>
    line.type === 'sample'
      ? {
          ...line,
          generator: {
            ...{ ...line.generator, hostCpuShare },
            scheduling: { runMs: 100, waitMs: longestWaitMs, longestWaitMs },
          },
        }
      : line,
  );
  for (const line of lines) fold.add(line);
  const summary = fold.result();
  return { summary, decision: decideVerdict(summary, resolveThresholds(summary.scenario)) };
};

const codesOf = (
  { summary, decision }: ReturnType<typeof busyRun>,
  waits: Waits,
  thresholds: string[] = [],
): string[] => drillHealth({ thresholds }, summary, decision, waits).map(({ code }) => code);

const WAITED = { known: true, waited: true } as const;
const FINE = { known: true, waited: false } as const;
const UNKNOWN = { known: false } as const;

it('does not mind a busy host on which threads waited for less than a drill notices', () => {
  const run = busyRun(90);
  expect(codesOf(run, UNKNOWN)).toEqual(['host_saturated']);
  expect(codesOf(run, FINE)).toEqual([]);
  // Waits of 90 ms change latency and jitter.
  expect(codesOf(run, FINE, ['jitter: p(95)<20'])).toEqual(['host_saturated']);
});

it('minds a busy host on which a component waited, although the load generator did not', () => {
  const run = busyRun(5);
  expect(codesOf(run, UNKNOWN)).toEqual([]);
  expect(codesOf(run, FINE)).toEqual([]);
  expect(codesOf(run, WAITED)).toEqual(['host_saturated']);
});

it('finds no busy host where cores were idle', () =>
  expect(codesOf(busyRun(90, 0.6), WAITED)).toEqual([]));
