/** A run that pushes its metrics: to a real Prometheus, to a receiver of OTLP, to receivers that fail. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '@livekit-swarm/analysis';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { recordLines, type SeriesSample } from '@livekit-swarm/record';
import { type OtlpPoint, startOtlpReceiver } from '@livekit-swarm/testkit/otlp-receiver';
import { type PrometheusServer, startPrometheus } from '@livekit-swarm/testkit/prometheus-server';
import { startRedis } from '@livekit-swarm/testkit/redis-server';
import { missing } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { resultOf, runSwarm, scratch, startSwarm } from '../support/swarm.ts';

const LOAD =
  '--rooms 2 --participants 2 --publish audio,video --video 180p --duration 4s --json --quiet'.split(
    ' ',
  );

const analysis = z.object({
  spec: z.object({
    metrics: z.array(
      z.object({
        name: z.string(),
        provider: z.looseObject({ prometheus: z.object({ query: z.string() }).optional() }),
      }),
    ),
  }),
});

const metricTemplate = z.object({ spec: z.object({ query: z.string() }) });

/** Query of the verdict in the example for Argo Rollouts. */
const verdictQuery = (run: string): string => {
  const file = new URL('../../examples/kubernetes/argo-rollouts/verdict.yaml', import.meta.url);
  const { spec } = analysis.parse(parse(readFileSync(file, 'utf8')));
  const query = spec.metrics.find(({ name }) => name === 'verdict')?.provider.prometheus?.query;
  if (query === undefined) throw new Error('the example has no query of the verdict');
  return query.replaceAll('{{args.run}}', run);
};

/** Query of the verdict in the example for Flagger, whose check passes from 1 on. */
const flaggerQuery = (run: string): string => {
  const file = new URL('../../examples/kubernetes/flagger/metric-template.yaml', import.meta.url);
  const { spec } = metricTemplate.parse(parse(readFileSync(file, 'utf8')));
  return spec.query.replaceAll('{{ variables.run }}', run).replaceAll('{{ interval }}', '10m');
};

/** Sums over all tracks of a record, by direction and kind. */
const totalsOf = async (record: string, field: 'packets' | 'bytes' | 'rtxPackets') => {
  const totals = new Map<string, number>();
  const add = ({ labels, ...sample }: SeriesSample): void => {
    const key = `${labels.direction} ${labels.kind}`;
    totals.set(key, (totals.get(key) ?? 0) + sample[field]);
  };
  for await (const line of recordLines(record))
    if (line.type === 'sample') line.series.forEach(add);
  return totals;
};

const METRICS = [
  ['livekit_swarm_run_packets_total', 'packets'],
  ['livekit_swarm_run_bytes_total', 'bytes'],
  ['livekit_swarm_run_rtx_packets_total', 'rtxPackets'],
] as const;

/** The last values that an OTLP receiver got, by name and labels. */
const lastOf = (requests: readonly { points: OtlpPoint[] }[]): OtlpPoint[] =>
  requests.at(-1)?.points ?? [];

const sumOf = (
  points: readonly OtlpPoint[],
  name: string,
  labels: Record<string, string>,
): number =>
  points
    .filter((point) => point.name === name)
    .filter((point) => Object.entries(labels).every(([key, value]) => point.labels[key] === value))
    .reduce((sum, { value, count }) => sum + value + count, 0);

let server: LiveKitServer;
let dirOfServer = '';
beforeAll(async () => {
  dirOfServer = mkdtempSync(join(tmpdir(), 'swarm-push-'));
  server = await startLiveKit({ dir: dirOfServer });
});
afterAll(async () => {
  await server.stop();
  rmSync(dirOfServer, { recursive: true, force: true });
});

/** The deployment, and a push every second. */
const environment = (): Record<string, string> => ({
  LIVEKIT_URL: server.url,
  LIVEKIT_API_KEY: server.apiKey,
  LIVEKIT_API_SECRET: server.apiSecret,
  SWARM_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
});

const noPrometheus = await missing('prometheus');

describe.skipIf(noPrometheus !== null)('swarm --out prometheus-rw', () => {
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    prometheus = await startPrometheus();
  });
  afterAll(() => prometheus[Symbol.asyncDispose]());

  const outputs = (testid: string): string[] => [
    '--out',
    `prometheus-rw=${prometheus.url}/api/v1/write`,
    '--tag',
    `testid=${testid}`,
  ];
  const last = async (selector: string): Promise<number> => {
    const series = await prometheus.query(`sum(last_over_time(${selector}[10m]))`);
    return series[0]?.values[0]?.[1] ?? Number.NaN;
  };
  /** Nothing is left to show: not after five minutes, but now. */
  const expectEnded = (testid: string): Promise<void> =>
    expect
      .poll(() => prometheus.query(`{testid="${testid}"}`), { timeout: 10_000, interval: 200 })
      .toEqual([]);

  it('shows the values of the record, the same as OTLP does, and no series after the run', async () => {
    await using otlp = await startOtlpReceiver();
    const record = join(scratch(), 'record');
    const outcome = await runSwarm(
      [...LOAD, ...outputs('whole'), '--out', `otlp=${otlp.url}`, '--record', record],
      environment(),
    );
    expect(outcome.exit).toBe(resultOf(outcome).exitCode);
    expect(outcome.stderr).not.toContain('warning');
    const ofOtlp = lastOf(otlp.requests);
    for (const [name, field] of METRICS) {
      const totals = await totalsOf(record, field);
      expect(totals.size).toBe(4);
      for (const [key, total] of totals) {
        const [direction = '', kind = ''] = key.split(' ');
        expect(await last(`${name}{testid="whole",direction="${direction}",kind="${kind}"}`)).toBe(
          total,
        );
        expect(sumOf(ofOtlp, name, { testid: 'whole', direction, kind })).toBe(total);
      }
    }
    // The verdict, as an analysis of Argo Rollouts reads it.
    const [series] = await prometheus.query(verdictQuery('whole'));
    const results = new Map<unknown, number>([
      [0, 1],
      [98, 0],
      [99, -1],
    ]);
    expect(series?.values[0]?.[1]).toBe(results.get(outcome.exit));
    const [checked] = await prometheus.query(flaggerQuery('whole'));
    expect(checked?.values[0]?.[1]).toBe(outcome.exit === 0 ? 1 : 0);
    expect(await prometheus.query(flaggerQuery('another'))).toEqual([]);
    const latency = (await readRecord(record)).metrics.measure('media_latency');
    const count = latency?.type === 'trend' ? latency.sketch.count : Number.NaN;
    const name = 'livekit_swarm_run_media_latency_seconds';
    expect(await last(`${name}_count{testid="whole"}`)).toBe(count);
    expect(await last(`${name}_bucket{testid="whole",le="+Inf"}`)).toBe(count);
    expect(sumOf(ofOtlp, name, { testid: 'whole' })).toBe(count);
    expect(await last('livekit_swarm_run_phase{testid="whole",phase="ended"}')).toBe(1);
    await expectEnded('whole');
  });

  it('sends what a receiver missed that was killed, as soon as it is ready again', async () => {
    const flags = LOAD.map((word) => (word === '4s' ? '8s' : word));
    const swarm = startSwarm([...flags, ...outputs('gap')], environment());
    const arrived = (): Promise<number> =>
      prometheus
        .query('count_over_time(livekit_swarm_run_info{testid="gap"}[10m])')
        .then(([series]) => series?.values[0]?.[1] ?? 0);
    await expect.poll(arrived, { timeout: 60_000, interval: 200 }).toBeGreaterThanOrEqual(2);
    await prometheus.kill();
    await swarm.says(/warning: --out prometheus-rw .*cannot push/);
    await prometheus.restart();
    await swarm.says(/works again/);
    expect(await swarm.ended).toBe(resultOf({ stdout: swarm.stdout() }).exitCode);
    expect(swarm.stdout()).not.toContain('metrics_not_pushed');
    const [series] = await prometheus.query('livekit_swarm_run_info{testid="gap"}[10m]');
    const times = series?.values.map(([at]) => at) ?? [];
    // The last second is cut by the end of the run: there is no gap longer than the interval, give or take a busy host.
    expect(times.length).toBeGreaterThanOrEqual(8);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(3);
    await expectEnded('gap');
  });

  it('ends the series of a run that is interrupted', async () => {
    const swarm = startSwarm([...LOAD, '--duration', '60s', ...outputs('stop')], environment());
    await expect
      .poll(() => prometheus.query('livekit_swarm_run_info{testid="stop"}'), { timeout: 60_000 })
      .not.toEqual([]);
    swarm.signal('SIGINT');
    await swarm.ended;
    await expectEnded('stop');
    expect(await last('livekit_swarm_run_phase{testid="stop",phase="ended"}')).toBe(1);
  });
});

describe('receivers that fail', () => {
  it.each([
    ['is down', null, /ECONNREFUSED/],
    ['refuses, and repeats what it was sent', 401, /HTTP 401 \*\*\*/],
  ])('leave verdict and exit code alone: one that %s', async (_what, status, detail) => {
    const receiver = createServer((request, response) => {
      response.writeHead(status ?? 500).end(request.headers.authorization);
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    if (status === null) await new Promise((resolve) => receiver.close(resolve));
    const dir = scratch();
    const outcome = await runSwarm(
      [
        ...['--rooms', '1', '--duration', '2s', '--quiet', '--record', join(dir, 'record')],
        ...[
          '--report',
          `json=${join(dir, 'result.json')}`,
          '--report',
          `html=${join(dir, 'page.html')}`,
        ],
        ...[
          '--out',
          `prometheus-rw=http://me:pass-word@127.0.0.1:${port}/api/v1/write?key=url-key`,
        ],
      ],
      environment(),
      dir,
    );
    receiver.close();
    const stdout = readFileSync(join(dir, 'result.json'), 'utf8');
    const { exitCode, notes } = JSON.parse(stdout) as {
      exitCode: number;
      notes: { code: string }[];
    };
    expect(outcome.exit).toBe(exitCode);
    const shown = `http://127.0.0.1:${port}/api/v1/write`;
    expect(outcome.stderr).toContain(`warning: --out prometheus-rw (${shown}): `);
    expect(notes).toContainEqual(
      expect.objectContaining({
        code: 'metrics_not_pushed',
        output: 'prometheus-rw',
        url: shown,
        delivered: 0,
        detail: expect.stringMatching(detail),
      }),
    );
    expect(outcome.stdout).toMatch(/pushes of metrics to prometheus-rw/);
    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const text of [...files, outcome.stdout, outcome.stderr])
      expect(text).not.toMatch(new RegExp(`pass-word|url-key|${btoa('me:pass-word')}`));
  });
});

const noRedis = await missing('redis');

describe.skipIf(noRedis !== null)('a run on many hosts', () => {
  it('pushes the merged figures from the coordinator', async () => {
    const dir = scratch();
    await using redis = await startRedis();
    await using otlp = await startOtlpReceiver();
    const env = { ...environment(), SWARM_QUEUE: redis.url };
    const agents = [1, 2].map(() => startSwarm(['host'], env));
    try {
      await Promise.all(agents.map((agent) => agent.says(/ready: /)));
      const record = join(dir, 'record');
      const outcome = await runSwarm(
        [
          ...LOAD,
          '--hosts',
          '2',
          '--processes',
          '2',
          '--out',
          `otlp=${otlp.url}`,
          '--record',
          record,
        ],
        env,
      );
      expect(outcome.exit).toBe(resultOf(outcome).exitCode);
      const points = lastOf(otlp.requests);
      expect(
        sumOf(points, 'livekit_swarm_run_joins_total', { result: 'joined' }),
        outcome.stdout,
      ).toBe(4);
      for (const [key, total] of await totalsOf(record, 'packets')) {
        const [direction = '', kind = ''] = key.split(' ');
        expect(sumOf(points, 'livekit_swarm_run_packets_total', { direction, kind })).toBe(total);
      }
    } finally {
      for (const agent of agents) agent.signal('SIGTERM');
      await Promise.all(agents.map(({ ended }) => ended));
    }
  });
});
