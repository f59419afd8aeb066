import { parseThreshold } from '@livekit-swarm/metrics';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { serverLineOf, withServer } from '@livekit-swarm/testkit/server-lines';
import { describe, expect, test } from 'vitest';
import { resolveThresholds } from '../verdict/default-thresholds.ts';
import { evaluate } from '../verdict/threshold-result.ts';
import { createSummary } from './summarize.ts';
import type { Summary } from './summary.ts';

const spec = specOf({ rooms: 2, durationMs: 20_000 });

const summaryOf = (lines: readonly RecordLine[], ...thresholds: string[]): Summary => {
  const fold = createSummary(thresholds.map(parseThreshold));
  for (const line of lines) fold.add(line);
  return fold.result();
};

const measuredOf = (summary: Summary, threshold: string) => {
  const scenario = { ...summary.scenario, thresholds: [parseThreshold(threshold)] };
  const [sourced] = resolveThresholds(scenario).filter(({ source }) => source === 'user');
  if (sourced === undefined) throw new Error('no threshold');
  return evaluate(summary, sourced)[0];
};

const twoNodes = (lines = recordOf(spec)) =>
  withServer(lines, () => ({
    a: { cpuCores: 0.5, memoryBytes: 60e6, goroutines: 100, bytesUp: 1_000, bytesDown: 3_000 },
    b: { cpuCores: 1, memoryBytes: 80e6, goroutines: 300, bytesUp: 2_000, bytesDown: 5_000 },
  }));

describe('the nodes of the deployment', () => {
  test('are measured each and in total', () => {
    const { server } = summaryOf(twoNodes());
    expect(server.nodes.map(({ node, cpuCores }) => [node, cpuCores])).toEqual([
      ['a', { avg: 0.5, max: 0.5 }],
      ['b', { avg: 1, max: 1 }],
    ]);
    expect(server.total).toMatchObject({
      cpuCores: { avg: 1.5, max: 1.5 },
      memoryBytes: { avg: 140e6, max: 140e6 },
      goroutines: { avg: 400, max: 400 },
      rooms: null,
    });
    expect(server.total?.bitsUp).toBeCloseTo(24_000, 5);
    expect(server.total?.bitsDown).toBeCloseTo(64_000, 5);
  });

  test('share a host, whose limits are thresholds, and notes where they were reached', () => {
    const summary = summaryOf(
      withServer(recordOf(spec), () => ({
        a: {
          ...{
            cpuCores: 0.5,
            hostCpuCores: 1,
            hostCores: 4,
            memoryShare: 0.4,
            conntrackShare: 0.99,
          },
          ...{ conntrackDrops: 3, packetsExceeded: 2, bandwidthInExceeded: 1 },
        },
        b: { cpuCores: 1, memoryShare: 0.92, memoryLimitBytes: 1e9 },
      })),
    );
    expect(measuredOf(summary, 'server_memory_used: max<90%')).toMatchObject({
      value: 0.92,
      ok: false,
    });
    expect(measuredOf(summary, 'server_memory_used{node:a}: max<90%')).toMatchObject({ ok: true });
    const { host } = summary.server.nodes[0] ?? {};
    expect(host).toMatchObject({ cores: 4, steal: null, allowancesExceeded: ['bw_in', 'pps'] });
    expect(host?.allowanceExceeded).toBeGreaterThan(0);
    expect(measuredOf(summary, 'server_allowance_exceeded{allowance:pps}: count>20')?.ok).toBe(
      true,
    );
    expect(summary.notes).toMatchObject([
      { code: 'node_at_limit', resource: 'conntrack', node: 'a', share: 0.99 },
      { code: 'node_at_limit', resource: 'memory', node: 'b', limit: 1e9 },
      { code: 'node_at_limit', resource: 'allowance', node: 'a' },
    ]);
  });

  test('have thresholds per node and in total, in the run and in its windows', () => {
    const summary = summaryOf(twoNodes(), 'server_cpu@5s..10s: value<1');
    expect(measuredOf(summary, 'server_cpu: value<1.6')).toMatchObject({ value: 1.5, ok: true });
    expect(measuredOf(summary, 'server_cpu{node:a}: max<0.4')).toMatchObject({
      value: 0.5,
      ok: false,
    });
    expect(measuredOf(summary, 'server_cpu@5s..10s: value<1')).toMatchObject({
      value: 1.5,
      ok: false,
    });
    expect(measuredOf(summary, 'server_bytes{direction:down}: rate<9000')?.value).toBeCloseTo(
      8_000,
    );
    expect(measuredOf(summary, 'server_rooms: max<9')).toMatchObject({ value: null, ok: null });
  });

  test('keep their last levels for a few seconds without a reading, and no longer', () => {
    const lines = withServer(recordOf(spec), (at) => ({
      a: { cpuCores: 1 },
      // The node misses two readings, and later all of them.
      ...(at < 12_000 && at !== 6_000 && at !== 7_000 && { b: { cpuCores: 1 } }),
    }));
    const levels = (window: string): unknown =>
      measuredOf(summaryOf(lines, `server_cpu@${window}: min>0`), `server_cpu@${window}: min>0`)
        ?.value;
    expect(levels('3s..11s')).toBe(2);
    expect(levels('17s..19s')).toBe(1);
  });

  test('lose a level that one of several sources no longer has', () => {
    const lines = withServer(recordOf(spec), (at) => ({
      a: { cpuCores: 1, ...(at < 6_000 && { goroutines: 500 }) },
    }));
    const late = 'server_goroutines@14s..18s: max<1';
    expect(measuredOf(summaryOf(lines, late), late)).toMatchObject({ value: null });
  });

  test('spread media counters over the seconds in which they accumulated', () => {
    const lines = withServer(recordOf(spec), (at) => ({
      a: at % 5_000 === 0 ? { bytesDown: 5_000, countedMs: 5_000 } : { bytesDown: 0 },
    }));
    const inWindow = 'server_bytes{direction:down}@7s..9s: rate<1';
    const summary = summaryOf(lines, inWindow);
    expect(measuredOf(summary, 'server_bytes: rate<1')?.value).toBeCloseTo(1_000, -1);
    expect(measuredOf(summary, inWindow)?.value).toBeCloseTo(1_000, -1);
    expect(measuredOf(summary, 'server_bytes: count>0')?.value).toBe(20_000);
  });

  test('do not add up the figures of a host that several of them share', () => {
    const host = { hostCpuCores: 3, hostCores: 4, memoryLimitBytes: 8e9 };
    const summary = summaryOf(
      withServer(recordOf(spec), () => ({
        a: { cpuCores: 1, ...host },
        b: { cpuCores: 1.5, ...host },
      })),
    );
    expect(measuredOf(summary, 'server_host_cpu: max<4')).toMatchObject({ value: 3, ok: true });
    expect(measuredOf(summary, 'server_host_cores: max<5')?.value).toBe(4);
    expect(measuredOf(summary, 'server_memory_limit: max<9GB')?.value).toBe(8e9);
    expect(measuredOf(summary, 'server_cpu: max<4')?.value).toBe(2.5);
  });

  test('have counters of their host in the second in which it counted', () => {
    const lines = withServer(recordOf(spec), (at) => ({
      a:
        at === 10_000
          ? { bytesDown: 5_000, countedMs: 5_000, packetsExceeded: 40 }
          : { bytesDown: 0, packetsExceeded: 0 },
    }));
    const inWindow = 'server_allowance_exceeded@6s..8s: count<1';
    const summary = summaryOf(lines, inWindow);
    expect(measuredOf(summary, inWindow)).toMatchObject({ value: 0, ok: true });
    expect(measuredOf(summary, 'server_allowance_exceeded: count>39')?.value).toBe(40);
  });

  test('are not measured in a record without their lines', () => {
    const { server, metrics } = summaryOf(recordOf(spec));
    expect(server).toEqual({ nodes: [], total: null, missing: [], after: null, logs: [] });
    expect(metrics.measure('server_cpu')).toBeUndefined();
  });

  test('have each missing source listed once, with a count', () => {
    const missing = (at: number): RecordLine => ({
      type: 'server_missing',
      at,
      source: 'redis',
      where: 'redis://10.0.0.5:6379',
      reason: 'unreachable',
      message: 'connection refused',
    });
    const { server } = summaryOf([...recordOf(spec), missing(1_000), missing(9_000)]);
    expect(server.missing).toEqual([
      {
        atMs: 1_000,
        times: 2,
        source: 'redis',
        where: 'redis://10.0.0.5:6379',
        reason: 'unreachable',
        message: 'connection refused',
      },
    ]);
  });
});

test('remains after the run can have thresholds', () => {
  const lines = withServer(recordOf(spec), () => ({ a: { goroutines: 100 } }), {
    settledMs: 1_000,
    rooms: 2,
    participants: 0,
    nodes: [
      {
        node: 'a',
        before: { goroutines: 40, memoryBytes: 50e6 },
        after: { goroutines: 45, memoryBytes: 58e6 },
      },
      { node: 'b', before: { goroutines: 40 }, after: { goroutines: 42 } },
    ],
  });
  const summary = summaryOf(lines);
  expect(summary.server.after).toEqual({
    settledMs: 1_000,
    rooms: 2,
    participants: 0,
    tracks: null,
    goroutines: { before: 80, after: 87 },
    memoryBytes: { before: 50e6, after: 58e6 },
  });
  expect(measuredOf(summary, 'server_goroutines_left: value<5')).toMatchObject({
    value: 7,
    ok: false,
  });
  expect(measuredOf(summary, 'server_goroutines_left{node:b}: value<5')).toMatchObject({
    value: 2,
  });
  expect(measuredOf(summary, 'server_rooms_left: value==2')).toMatchObject({ ok: true });
  expect(measuredOf(summary, 'server_memory_left: value<10MB')).toMatchObject({
    value: 8e6,
    ok: true,
  });
  expect(measuredOf(summary, 'server_tracks_left: value==0')).toMatchObject({ ok: null });
});

test('a node that is measured every 15 s keeps its levels between readings', () => {
  const rare = (at: number): RecordLine => ({
    ...serverLineOf(at, 'a', { cpuCores: 2, sources: ['prometheus'] }),
    intervalMs: 15_000,
  });
  const often = (at: number): RecordLine => serverLineOf(at, 'b', { cpuCores: 1 });
  const lines = recordOf(spec).flatMap((line): RecordLine[] =>
    line.type === 'end'
      ? [rare(1_000), ...[1, 5, 9, 13, 16, 19].map((second) => often(second * 1_000)), line]
      : [line],
  );
  expect(summaryOf(lines).server.total?.cpuCores).toEqual({ avg: 3, max: 3 });
});
