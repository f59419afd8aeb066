import { specOf } from '@livekit-swarm/testkit/load-spec';
import { altered, generatorOf } from '@livekit-swarm/testkit/record-of';
import { withServer } from '@livekit-swarm/testkit/server-lines';
import { describe, expect, test } from 'vitest';
import { lines, runOf, side } from '../../test/support/compared-runs.ts';
import type { Side } from './comparability.ts';
import { compareRuns } from './compare-runs.ts';

/** Runs that differ by a few percent, as repeats do. */
const repeats = (name: string, slower: number, count: number): Side =>
  side(
    name,
    ...Array.from({ length: count }, (_, index) => lines(slower * (1 + ((index * 7) % 5) / 100))),
  );

const verdictsOf = (
  comparison: Awaited<ReturnType<typeof compareRuns>>,
  verdict: string,
): string[] =>
  comparison.figures.filter((figure) => figure.verdict === verdict).map(({ key }) => key);

describe('repeated runs', () => {
  test('of the same load show no difference', async () => {
    const comparison = await compareRuns(repeats('base', 1, 4), repeats('current', 1.02, 4));
    expect(comparison).toMatchObject({
      verdict: 'no_difference',
      exitCode: 0,
      design: 'repeats',
      reasons: [],
    });
    expect(verdictsOf(comparison, 'worse')).toEqual([]);
  });

  test('of a slower server are a regression; those of a faster one are none', async () => {
    const slow = repeats('slow', 2, 4);
    const fast = repeats('fast', 1, 4);
    const regression = await compareRuns(fast, slow);
    expect(regression).toMatchObject({ verdict: 'regression', exitCode: 99 });
    expect(verdictsOf(regression, 'worse')).toEqual(
      expect.arrayContaining(['join_time.p95', 'join_time.p50', 'ice_time.p95']),
    );
    expect(
      verdictsOf(regression, 'worse').filter((key) => !/^(join|signal|ice)_time/.test(key)),
    ).toEqual([]);
    const [join] = regression.figures.filter(({ key }) => key === 'join_time.p95');
    expect(join?.change?.relative).toBeCloseTo(1, 1);
    expect(join?.interval?.relativeFrom).toBeGreaterThan(0.8);
    expect(join?.interval?.relativeTo).toBeLessThan(1.2);
    expect(await compareRuns(slow, fast)).toMatchObject({ verdict: 'improvement', exitCode: 0 });
  });

  test('within the tolerance show no difference', async () => {
    const tolerance = {
      relative: 0.1,
      metrics: {
        join_time: { relative: 1.5 },
        signal_time: { absolute: 100 },
        ice_time: { relative: 2 },
      },
    };
    expect(
      await compareRuns(repeats('base', 1, 4), repeats('current', 2, 4), { tolerance }),
    ).toMatchObject({
      verdict: 'no_difference',
    });
  });

  test('with tiny values that doubled differ by less than the smallest relevant change', async () => {
    const base = side('base', ...[0.03, 0.031, 0.03, 0.032].map((jitter) => lines(1, jitter)));
    const current = side(
      'current',
      ...[0.06, 0.061, 0.06, 0.062].map((jitter) => lines(1, jitter)),
    );
    expect(await compareRuns(base, current)).toMatchObject({ verdict: 'no_difference' });
    const worse = side('worse', ...[33, 34, 33, 35].map((jitter) => lines(1, jitter)));
    expect(verdictsOf(await compareRuns(base, worse), 'worse')).toContain('jitter.p95');
  });

  test('are compared round by round if they ran in rounds', async () => {
    // The host slows down steadily; within each round the second run takes half as long again.
    const drift = [1, 1.5, 2, 3, 4, 6];
    const base = side('A', ...drift.map((slower) => lines(slower)));
    const current = side('B', ...drift.map((slower) => lines(slower * 1.5)));
    expect(await compareRuns(base, current)).toMatchObject({
      verdict: 'no_difference',
      design: 'repeats',
    });
    const paired = await compareRuns(base, current, { paired: true });
    expect(paired).toMatchObject({ verdict: 'regression', design: 'rounds' });
    expect(paired.figures.find(({ key }) => key === 'join_time.p95')?.change?.relative).toBeCloseTo(
      0.5,
      1,
    );
  });
});

describe('single runs', () => {
  test('show a large change by their parts, with a note that this is weaker', async () => {
    const comparison = await compareRuns(side('base', lines()), side('current', lines(3)));
    expect(comparison).toMatchObject({ verdict: 'regression', design: 'single' });
    expect(comparison.notes).toContainEqual({ code: 'single_runs', factor: 3 });
    expect(verdictsOf(comparison, 'worse')).toContain('join_time.p95');
  });

  test('show no small change', async () => {
    expect(await compareRuns(side('base', lines()), side('current', lines(1.25)))).toMatchObject({
      verdict: 'no_difference',
    });
    expect(await compareRuns(side('base', lines()), side('current', lines()))).toMatchObject({
      verdict: 'no_difference',
      exitCode: 0,
    });
  });

  test('that are too short are inconclusive', async () => {
    const short = lines(1, undefined, specOf({ rooms: 10, durationMs: 3_000 }));
    expect(await compareRuns(side('base', short), side('current', short))).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 98,
      reasons: [{ code: 'too_few_runs' }],
    });
  });
});

describe('runs that cannot be compared', () => {
  const spoilt = altered(lines(), (line) =>
    line.type === 'sample' ? { ...line, generator: generatorOf({ socketDrops: 500 }) } : line,
  );
  const died = altered(lines(), (line) =>
    line.type === 'end' ? { ...line, reason: 'server_died' } : line,
  );
  const cut = altered(lines(), (line) => (line.type === 'end' ? null : line));

  test('are excluded while enough others remain', async () => {
    const base = side('base', lines(), spoilt, lines(1.01), lines(1.02), cut);
    const comparison = await compareRuns(base, repeats('current', 1, 3));
    expect(comparison).toMatchObject({ verdict: 'no_difference', design: 'repeats' });
    expect(comparison.base.runs.map(({ excludedReason }) => excludedReason)).toEqual([
      null,
      { code: 'generator_impaired', finding: expect.objectContaining({ code: 'socket_drops' }) },
      null,
      null,
      { code: 'record_truncated' },
    ]);
  });

  test('are inconclusive if no run remains', async () => {
    expect(await compareRuns(side('base', lines()), side('current', spoilt))).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 98,
      reasons: [
        {
          code: 'no_comparable_runs',
          side: 'current',
          runs: [{ name: 'current/1', exclusion: { code: 'generator_impaired' } }],
        },
      ],
    });
  });

  test('are a regression if the server died in a current run and in no base run', async () => {
    expect(await compareRuns(side('base', lines()), side('current', died))).toMatchObject({
      verdict: 'regression',
      exitCode: 99,
      reasons: [
        { code: 'run_failed', run: 'current/1', failure: { code: 'server_died' } },
        { code: 'no_comparable_runs', side: 'current' },
      ],
    });
    expect(await compareRuns(side('base', died), side('current', died))).toMatchObject({
      verdict: 'inconclusive',
    });
  });

  test('are rejected with their differences if their scenarios differ', async () => {
    const more = lines(1, undefined, specOf({ rooms: 11, durationMs: 20_000 }));
    await expect(compareRuns(side('base', lines()), side('current', more))).rejects.toThrow(
      expect.objectContaining({
        code: 'scenario_mismatch',
        exitCode: 2,
        message: expect.stringContaining('groups.load.rooms: 10 → 11'),
      }),
    );
    await expect(
      compareRuns(side('base', lines(), more), side('current', lines())),
    ).rejects.toThrow('base/1 and base/2');
  });

  test('are inconclusive if the base has metrics that they lack', async () => {
    const silent = altered(lines(), (line) =>
      line.type === 'sample' ? { ...line, series: [] } : line,
    );
    expect(
      await compareRuns(repeats('base', 1, 3), side('current', silent, silent, silent)),
    ).toMatchObject({
      verdict: 'inconclusive',
      reasons: [
        {
          code: 'metrics_lost',
          figures: expect.arrayContaining([expect.stringMatching(/jitter.*\.p95/)]),
        },
      ],
    });
  });
});

test('the comparison notes differences of the environment', async () => {
  const elsewhere = altered(lines(), (line) => {
    if (line.type === 'header')
      return { ...line, environment: { ...line.environment, cores: 8 }, processes: 3 };
    if (line.type === 'sample') return { ...line, generator: generatorOf({ hostCpuShare: 0.2 }) };
    return line.type === 'deployment'
      ? {
          ...line,
          serverVersion: '1.11.0',
          server: { program: null, configFiles: ['small.yaml'], cpuCores: 0.5 },
        }
      : line;
  });
  const { notes } = await compareRuns(side('base', lines()), side('current', elsewhere));
  expect(notes).toEqual(
    expect.arrayContaining([
      {
        code: 'environment_differs',
        what: 'server_version',
        key: null,
        base: ['1.13.4'],
        current: ['1.11.0'],
      },
      {
        code: 'environment_differs',
        what: 'deployment',
        key: null,
        base: ['embedded'],
        current: ['embedded +small.yaml@cpu=0.5'],
      },
      { code: 'environment_differs', what: 'environment', key: 'cores', base: [4], current: [8] },
      { code: 'environment_differs', what: 'processes', key: null, base: [2], current: [3] },
      {
        code: 'host_load_differs',
        base: expect.closeTo(0.6, 2),
        current: expect.closeTo(0.2, 2),
      },
    ]),
  );
});

describe('server metrics', () => {
  /** Runs in which the server used a given number of cores, and up to 3 % more. */
  const side = (name: string, cores: number | null): Side => ({
    name,
    runs: [0, 1, 2, 3].map((round) =>
      runOf(
        `${name}-${round}`,
        cores === null
          ? lines()
          : withServer(lines(), () => ({ 'node-1': { cpuCores: cores * (1 + round / 100) } })),
      ),
    ),
  });

  test('regress like all other metrics', async () => {
    const { verdict, figures } = await compareRuns(side('old', 0.5), side('new', 0.8));
    expect(verdict).toBe('regression');
    expect(figures.find(({ key }) => key === 'server_cpu.value')).toMatchObject({
      verdict: 'worse',
      better: 'lower',
    });
  });

  test('vary within noise without a difference', async () => {
    const { verdict } = await compareRuns(side('old', 0.5), side('new', 0.51));
    expect(verdict).toBe('no_difference');
  });

  test('may be missing on one side, as in older records', async () => {
    for (const [old, now] of [
      [null, 0.5],
      [0.5, null],
    ] as const) {
      const { verdict, reasons } = await compareRuns(side('old', old), side('new', now));
      expect({ verdict, reasons }).toEqual({ verdict: 'no_difference', reasons: [] });
    }
  });

  test('of single runs are divided into parts like all other metrics', async () => {
    const one = (name: string, cores: number): Side => ({
      name,
      runs: side(name, cores).runs.slice(0, 1),
    });
    const { figures } = await compareRuns(one('old', 0.5), one('new', 1.5));
    expect(figures.find(({ key }) => key === 'server_cpu.value')).toMatchObject({
      verdict: 'worse',
    });
  });
});
