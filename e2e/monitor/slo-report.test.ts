/** `swarm slo report` against a real Prometheus with a day of recordings. */
import { PassThrough } from 'node:stream';
import { startPrometheus } from '@livekit-swarm/testkit/prometheus-server';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type SloReportFlags,
  sloReportCommand,
} from '../../packages/cli/src/commands/slo-report.ts';

await skipWithout('prometheus', 'promtool');

const DAY = Date.UTC(2026, 9, 12);
const WINDOW = 300_000;
const WINDOWS = 288;
/** 14:00 to 15:00: a drill. 20:00 to 20:30: an outage. */
const drilled = (window: number): boolean => window >= 168 && window < 180;
const failing = (window: number): boolean => window >= 240 && window < 246;

/** A day of recordings of two clusters, each a second before its window ends; only one has a drill and an outage. In OpenMetrics: labels without spaces. */
const recordedDay = (): string => {
  const families = new Map<string, string[]>();
  const record = (name: string, labels: string, at: (window: number) => number | null): void => {
    const family = families.get(name) ?? [`# TYPE ${name} gauge`];
    families.set(name, family);
    for (let window = 0; window < WINDOWS; window++) {
      const value = at(window);
      if (value !== null)
        family.push(`${name}{${labels}} ${value} ${(DAY + (window + 1) * WINDOW) / 1_000 - 1}`);
    }
  };
  for (const cluster of ['eu', 'us']) {
    const job = `cluster="${cluster}",job="livekit"`;
    const target = `cluster="${cluster}",target="prod"`;
    const worse = (during: number, drill: number) => (window: number) =>
      cluster === 'us' ? 0 : drilled(window) ? drill : failing(window) ? during : 0;
    record('job:livekit_joins_begun:increase5m', job, () => 100);
    // Before noon, each second join begins in one window and has media in the next.
    const late = (window: number) => (window >= 144 ? 0 : window % 2 === 0 ? 50 : -50);
    const failed = worse(20, 80);
    record('job:livekit_joins_without_media:delta5m', job, (w) => failed(w) + late(w));
    record('target:livekit_swarm_probe_runs:increase5m', target, () => 5);
    record('target:livekit_swarm_probe_failures:increase5m', target, worse(5, 5));
    record('job:livekit_participants:avg5m', job, () => 40);
    // Its rates look five minutes back: some of the drill is in the window after it.
    record('job:livekit_participants_impaired:avg5m', job, (w) =>
      cluster === 'eu' && w === 180 ? 20 : worse(10, 40)(w),
    );
    const drill = `cluster="${cluster}",drill="kill-room-node",state="receiving_all"`;
    record('livekit_swarm_chaos_participants', drill, (window) =>
      cluster === 'eu' && drilled(window) ? 12 : null,
    );
  }
  // A load test on "ap", 04:00 to 05:00, in which joins fail. Prometheus has no figures from 06:00 to 07:00, and from 07:00 to 08:00 totals without failures.
  const ap = 'cluster="ap",job="livekit"';
  const hour = (window: number): number => Math.floor(window / 12);
  record('job:livekit_joins_begun:increase5m', ap, (w) => (hour(w) === 6 ? null : 100));
  record('job:livekit_joins_without_media:delta5m', ap, (w) =>
    hour(w) === 6 || hour(w) === 7 ? null : hour(w) === 4 ? 90 : 0,
  );
  record(
    'livekit_swarm_run_participants',
    'cluster="ap",scenario="steady",state="connected"',
    (w) => (hour(w) === 4 ? 500 : hour(w) === 5 ? 0 : null),
  );
  // A drill in a lab, without the label of a cluster: 10:00 to 11:00.
  record('livekit_swarm_chaos_participants', 'drill="lab",state="receiving_all"', (w) =>
    hour(w) === 10 ? 12 : null,
  );
  return `${[...families.values()].flat().join('\n')}\n# EOF\n`;
};

describe('swarm slo report', () => {
  let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
  beforeAll(async () => {
    prometheus = await startPrometheus(recordedDay());
  }, 60_000);
  afterAll(() => prometheus[Symbol.asyncDispose]());

  const report = async (
    flags: Partial<SloReportFlags> = {},
  ): Promise<{ text: string; code: number }> => {
    const stdout = new PassThrough();
    let text = '';
    stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    const all: SloReportFlags = {
      prometheus: prometheus.url,
      month: '2026-10',
      months: '1',
      exclude: [],
      report: [],
      minCoverage: '99%',
      color: false,
      ...flags,
    };
    const console = { stdout, stderr: new PassThrough(), env: {} };
    return { code: await sloReportCommand(all, console, Date.UTC(2026, 10, 24)), text };
  };
  const json = async (flags: Partial<SloReportFlags> = {}) => {
    const { text } = await report({ ...flags, json: true });
    return JSON.parse(text).months[0] as {
      excluded: { from: string; to: string; by: string; name: string | null }[];
      objectives: {
        slo: string;
        labels: Record<string, string>;
        total: number;
        bad: number;
        met: boolean;
        good: number;
        covered: number;
        unknownMs: number;
        excluded: { total: number; bad: number };
      }[];
    };
  };
  const of = ({ objectives }: Awaited<ReturnType<typeof json>>, slo: string, cluster = 'eu') =>
    objectives.find((one) => one.slo === slo && one.labels.cluster === cluster);

  it('counts what was outside of drills', async () => {
    const month = await json();
    expect(month.excluded).toContainEqual({
      from: '2026-10-12T14:00:00.000Z',
      to: '2026-10-12T15:00:00.000Z',
      by: 'drill',
      name: 'kill-room-node',
      cluster: 'eu',
      applies: true,
    });
    // 276 windows; in six of them 20 of 100 joins fail, all probes, and a quarter of the participants has bad media.
    expect(of(month, 'joins')).toMatchObject({
      total: 27_600,
      bad: 120,
      met: true,
      excluded: { total: 1_200, bad: 960 },
    });
    expect(of(month, 'availability')).toMatchObject({ total: 1_380, bad: 30, met: false });
    expect(of(month, 'media_minutes')).toMatchObject({ total: 275 * 40 * 5, bad: 6 * 10 * 5 });
  });

  it('counts the other cluster whole: the drill was not there', async () => {
    expect(of(await json(), 'joins', 'us')).toMatchObject({ total: 28_800, bad: 0, good: 1 });
  });

  it('leaves out load tests, unless they are to count', async () => {
    const month = await json();
    expect(month.excluded).toContainEqual({
      from: '2026-10-12T04:00:00.000Z',
      to: '2026-10-12T05:00:00.000Z',
      by: 'load_test',
      name: 'steady',
      cluster: 'ap',
      applies: true,
    });
    expect(of(month, 'joins', 'ap')).toMatchObject({
      bad: 0,
      excluded: { total: 1_200, bad: 1_080 },
    });
    expect(of(await json({ withLoadTests: true }), 'joins', 'ap')).toMatchObject({ bad: 1_080 });
  });

  it('leaves nothing out for a drill whose cluster is not known', async () => {
    const month = await json();
    expect(month.excluded).toContainEqual(
      expect.objectContaining({ name: 'lab', cluster: '', applies: false }),
    );
    expect(of(month, 'joins', 'us')).toMatchObject({ total: 28_800, excluded: { total: 0 } });
    expect((await report()).text).toContain(
      'drill lab: counted all the same, since no figures have its cluster label',
    );
  });

  it('takes what was not recorded for unknown, not for good', async () => {
    // Two of 23 hours that count: one without any figures, one without those that are bad.
    const joins = of(await json(), 'joins', 'ap');
    const october = 31 * WINDOWS - 12;
    expect(joins?.total).toBe((WINDOWS - 36) * 100);
    expect(joins?.unknownMs).toBe((october - (WINDOWS - 36)) * WINDOW);
    expect(joins?.covered).toBeCloseTo((WINDOWS - 36) / october, 6);
  });

  it('a check needs to know 99 % of the month, or what is given', async () => {
    const us = { selector: 'cluster="us"', check: true } as const;
    // One day of 31.
    expect((await report(us)).code).toBe(98);
    expect((await report({ ...us, minCoverage: '3%' })).code).toBe(0);
    await expect(report({ ...us, minCoverage: '2' })).rejects.toThrow('is not a share');
  });

  it('counts drills when asked to, and leaves out other times', async () => {
    const month = await json({
      withDrills: true,
      exclude: ['2026-10-12T20:00Z/2026-10-12T20:30Z'],
    });
    expect(of(month, 'joins')).toMatchObject({ total: 28_200, bad: 960, met: false });
  });

  it('reads one deployment', async () => {
    const { objectives } = await json({ selector: 'cluster="us"' });
    expect([...new Set(objectives.map(({ labels }) => labels.cluster))]).toEqual(['us']);
  });

  it('prints a table, and fails the check for a missed objective', async () => {
    const { text, code } = await report({ check: true });
    expect(text).toMatch(/Joins\s+eu livekit\s+✓ 99\.565 %\s+99 %\s+56\.5 %\s+27,600 joins\s+120/);
    expect(text).toMatch(/Availability\s+eu prod\s+✗ 97\.826 %\s+99\.9 %/);
    expect(text).toContain('2026-10-12 14:00 to 2026-10-12 15:00, drill kill-room-node');
    expect(text).toContain('Joins: 960 bad of 1,200 joins');
    expect(code).toBe(99);
    expect((await report()).code).toBe(0);
  });

  it('is inconclusive for a month without figures', async () => {
    const { text, code } = await report({ month: '2026-09' });
    expect(text).toContain('no figures');
    expect(code).toBe(98);
  });

  it('names a Prometheus that does not answer', async () => {
    await expect(report({ prometheus: 'localhost' })).rejects.toThrow('is not a URL');
    await expect(report({ prometheus: 'http://127.0.0.1:19' })).rejects.toThrow(
      'cannot be reached',
    );
  });
});
