import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Exporter,
  logTo,
  parseListenAddress,
  startConfiguredExporter,
} from '@livekit-swarm/exporter';
import { startRunExporter } from '@livekit-swarm/exporter/runs';
import { findFreePorts } from '@livekit-swarm/host';
import {
  type Cluster,
  type ClusterFacts,
  generateCredentials,
  startCluster,
} from '@livekit-swarm/lab';
import { readNodeId } from '@livekit-swarm/probe';
import { createRooms } from '@livekit-swarm/testkit/create-rooms';
import { dropRtp } from '@livekit-swarm/testkit/packet-filter';
import { missing } from '@livekit-swarm/testkit/requirements';
import { runSmallLoad } from '@livekit-swarm/testkit/small-load';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { EXAMPLE_CAPACITY } from '../src/capacity.ts';
import { dashboards } from '../src/dashboards/index.ts';
import { KNOWN } from '../src/known/index.ts';
import { panelsOf, queries, withoutVariables } from '../src/queries.ts';
import { renderRules } from '../src/render-rules.ts';
import type { DashboardUid } from '../src/rule.ts';
import { SHIPPED } from '../src/shipped.ts';
import { missingMetrics } from './support/find-problems.ts';
import { askPrometheus, metricNames, type Sample } from './support/prometheus.ts';

const credentials = generateCredentials();
const log = (): void => {};
/** Packet loss between the clients and one node, %. */
const LOST_PERCENT = 2;
const LOSSY = 'node-2';
const LOAD = {
  name: 'm1xin',
  // A room for each node, and one more.
  load: {
    rooms: 4,
    participants: 3,
    publish: ['audio' as const, 'video' as const],
    durationMs: 120_000,
  },
};
const why = await missing('packet-filter');
const unavailable = await missing(
  'redis',
  'haproxy',
  'prometheus',
  'node-exporter',
  'redis-exporter',
);

/**
 * Texts of panels that may be empty in this test: only one link is impaired, no browser reports,
 * and no drill runs. All others must have data, but for those of EMPTY_PANELS.
 */
const MAY_BE_EMPTY = new Set([
  ...(why === null ? [] : ['none lost']),
  'no failures',
  'none fired',
  'all below 1 ms',
  'no lost connections',
  'no browser reports',
  'no rooms listed',
  'no module sends data',
  'no stream probed',
  'no limit set',
  'no drill',
  // Counters of a cloud's network driver, and of a kernel module that may not be loaded.
  'none counted',
  'not tracked',
  // Services that the lab does not have: egress and SIP.
  'not scraped',
  'not exported',
]);

/**
 * Panels that count errors, rejections or recordings, by dashboard: a healthy lab has none of them.
 */
const EMPTY_PANELS: Readonly<Record<string, readonly string[]>> = {
  chaos: ['NACKs'],
  cluster: [
    'API errors',
    'Failed joins',
    'Failed messages',
    'Failed publish and subscribe',
    'Failed requests between nodes',
    'Firing alerts',
  ],
  media: ['NACKs (server)', 'Out-of-order packets', 'PLIs and FIRs (server)'],
  node: ['Failed messages and API errors'],
  rooms: ['Egresses', 'Ended egresses', 'Ingresses', 'Rejected webhooks'],
  run: ['Join failures by reason'],
};

/** Panel that must show a lossy downlink only when its node is selected. */
interface LossPanel {
  dashboard: DashboardUid;
  title: string;
  /** Selects one query of the panel. Default: all queries of panels with this title. */
  query?: RegExp;
  /** Variable that selects a node; null: the panel has none. */
  choose: 'instance' | 'node' | null;
  /** Labels of the series to check. */
  labels: Record<string, string>;
  /**
   * Lower bound at the lossy node (`there`) and upper bound at other nodes (`elsewhere`), in the
   * unit of the panel.
   */
  there: number;
  elsewhere: number;
}

/**
 * Lower bound of measured loss, share: loss is random, so half of the expected loss; a busy host
 * may lose a packet.
 */
const HALF = LOST_PERCENT / 100 / 2;
const FEW = LOST_PERCENT / 100 / 20;
const outgoing = { direction: 'outgoing' };
const atServer = (
  title: string,
  labels: Record<string, string>,
  there: number,
  elsewhere: number,
): LossPanel => ({
  ...{ dashboard: 'media', title, choose: 'instance', labels, there, elsewhere },
});
const LOSS_PANELS: readonly LossPanel[] = [
  // For audio, receivers report loss after recovery; at least half of all packets are video.
  atServer('Packet loss (server)', outgoing, HALF / 2, FEW),
  atServer('Lost packets by kind', { ...outgoing, type: 'VIDEO' }, 1, 0.05),
  atServer('Streams above 1 % loss', { ...outgoing, type: 'VIDEO' }, 0.5, 0),
  atServer('NACKs (server)', outgoing, 1, 0.05),
  atServer('Retransmission ratio', {}, HALF, FEW),
  {
    dashboard: 'probes',
    title: 'NACKs and PLIs',
    query: /nacks/,
    choose: 'node',
    labels: { direction: 'down' },
    there: 0.1,
    elsewhere: 0,
  },
  {
    dashboard: 'chaos',
    title: 'Packet loss',
    query: /packet_loss/,
    choose: 'instance',
    labels: outgoing,
    there: HALF / 2,
    elsewhere: FEW,
  },
  {
    dashboard: 'chaos',
    title: 'NACKs',
    choose: 'instance',
    labels: outgoing,
    there: 1,
    elsewhere: 0.05,
  },
  // One room of four is on the lossy node.
  ...(['audio', 'video'] as const).map((kind): LossPanel => {
    const labels = { kind, direction: 'down', recovery: 'before' };
    return {
      dashboard: 'run',
      title: 'Packet loss',
      query: /group_left/,
      choose: null,
      labels,
      there: HALF / 4,
      elsewhere: 0,
    };
  }),
  {
    ...{
      dashboard: 'run',
      title: 'NACKs, PLIs and recovered packets',
      query: /nacks/,
      choose: null,
    },
    ...{ labels: { direction: 'down' }, there: 1, elsewhere: 0 },
  },
];

/** Exporter with every source that needs no browser, configured as in production. */
const exporterFor = async (
  dir: string,
  port: number,
  { url, nodes, redisUrl }: ClusterFacts,
): Promise<Exporter> => {
  const config = join(dir, 'exporter.yaml');
  const of = (name: string, more: object) => ({ [name]: more });
  await writeFile(
    config,
    stringify({
      listen: `127.0.0.1:${port}`,
      targets: of('lab', {
        url,
        apiKey: credentials.apiKey,
        apiSecret: { env: 'SECRET' },
        redis: { env: 'REDIS_URL' },
        nodes: Object.assign(
          {},
          ...nodes.map((node) => of(node.name, { url: node.url, metricsUrl: node.metricsUrl })),
        ),
      }),
      probes: {
        schedule: [{ target: 'lab', module: 'audio_pair', interval: '10s', perNode: true }],
      },
      lifecycle: { interval: '1s' },
      clients: { origins: ['*'] },
    }),
    { mode: 0o600 },
  );
  return startConfiguredExporter({
    flags: { config },
    env: { SECRET: credentials.apiSecret, REDIS_URL: redisUrl ?? '' },
    version: '0.0.0',
    revision: 'unknown',
    log: logTo(() => {}),
  });
};

describe('every query, on a real Prometheus that scrapes a real cluster under load', () => {
  let dir: string;
  let cluster: Cluster;
  let prometheus: string;
  let names: ReadonlySet<string>;
  const closing: (() => Promise<unknown>)[] = [];
  // The test is shorter than a window of the SLOs.
  const plain = (expr: string): string => withoutVariables(expr, '1m').replaceAll(':5m]', ':5s]');
  beforeEach(({ skip }) => skip(unavailable !== null, unavailable ?? ''));

  beforeAll(async () => {
    if (unavailable !== null) return;
    dir = await mkdtemp(join(tmpdir(), 'swarm-mixin-'));
    closing.push(() => rm(dir, { recursive: true, force: true }));
    const ports = await findFreePorts('127.0.0.1', 1);
    const metrics = await startRunExporter({
      listen: [parseListenAddress(`127.0.0.1:${ports.metrics}`)],
      token: null,
      version: '0.0.0',
      log,
    });
    closing.push(metrics.close);
    const rules = join(dir, 'rules.yaml');
    await writeFile(rules, renderRules(SHIPPED, EXAMPLE_CAPACITY));
    cluster = await startCluster({
      dir,
      nodes: 3,
      credentials,
      with: ['haproxy', 'prometheus', 'node-exporter', 'redis-exporter'],
      ruleFiles: [rules],
      intervalSeconds: 1,
      config: {
        webhook: {
          api_key: credentials.apiKey,
          urls: [`http://127.0.0.1:${ports.http}/webhook/lab`],
        },
      },
      jobs: [
        { job: 'swarm-exporter', targets: [{ address: `127.0.0.1:${ports.http}` }] },
        { job: 'swarm-run', targets: [{ address: `127.0.0.1:${ports.metrics}` }] },
      ],
      extras: async (facts) => {
        const exporter = await exporterFor(dir, ports.http, facts);
        closing.push(exporter.stop);
        return [];
      },
    });
    closing.push(cluster.stop);
    const lossy = cluster.nodes.find(({ name }) => name === LOSSY);
    if (lossy === undefined) throw new Error(`there is no ${LOSSY}`);
    if (why === null) {
      const filter = await dropRtp({
        ports: lossy.ports,
        serverIs: 'source',
        percent: LOST_PERCENT,
      });
      closing.push(async () => filter[Symbol.asyncDispose]());
    }
    await createRooms(
      cluster,
      await Promise.all(cluster.nodes.map(({ metricsUrl }) => readNodeId(metricsUrl, 2_000))),
      LOAD,
    );
    prometheus = cluster.prometheusUrl ?? '';
    const stop = new AbortController();
    const running = runSmallLoad({
      ...LOAD,
      url: cluster.url,
      ...credentials,
      dir,
      stop: stop.signal,
      onLine: metrics.begin(),
    });
    closing.push(async () => {
      stop.abort();
      await running;
    });
    // Time for several reports of the nodes (one per five seconds) and for a probe of each node.
    await sleep(45_000);
    names = await metricNames(prometheus);
  }, 170_000);

  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  }, 60_000);

  it('accepts all queries', async () => {
    const rejected: string[] = [];
    for (const { expr, owner, where } of queries(SHIPPED)) {
      await askPrometheus(prometheus, plain(expr)).catch((error: Error) =>
        rejected.push(`${owner}, ${where}: ${error.message}`),
      );
    }
    expect(rejected).toEqual([]);
  });

  it('has scraped every metric that is declared to appear always', () => {
    expect(missingMetrics(queries(SHIPPED), names)).toEqual([]);
  });

  it('counts a participant once, also when signalling enters through another node', async () => {
    const rooms = new RoomServiceClient(cluster.url, credentials.apiKey, credentials.apiSecret);
    const sumOf = async (metric: string): Promise<number> => {
      const samples = await askPrometheus(prometheus, `sum(${metric})`);
      return samples[0]?.value ?? Number.NaN;
    };
    // Probes join and leave: both counts must be of the same moment.
    await vi.waitFor(
      async () => {
        const listed = await rooms.listRooms();
        const inRooms = listed.reduce((sum, { numParticipants }) => sum + numParticipants, 0);
        expect(inRooms).toBeGreaterThanOrEqual(LOAD.load.rooms * LOAD.load.participants);
        expect(await sumOf('instance:livekit_participants:active')).toBe(inRooms);
        // The server's own gauge shows that connections do enter through other nodes.
        expect(await sumOf('livekit_participant_total')).toBeGreaterThan(inRooms);
      },
      { timeout: 40_000, interval: 500 },
    );
  });

  it('has the declared labels of recordings', async () => {
    for (const [name, { source, labels }] of KNOWN) {
      if (source !== 'recordings') continue;
      for (const sample of await askPrometheus(prometheus, name)) {
        // Series of the lab belong to no named cluster.
        const { __name__, cluster: _none, ...own } = sample.labels;
        expect(Object.keys(own).toSorted(), name).toEqual(
          [...labels].filter((label) => label !== 'cluster').toSorted(),
        );
      }
    }
  });

  // The lab has no voice agents.
  const shown = Object.entries(dashboards(SHIPPED)).filter(([key]) => key !== 'agents');
  it.each(shown)('has data in %s', async (key, dashboard) => {
    const empty: string[] = [];
    const mayBeEmpty = EMPTY_PANELS[key] ?? [];
    const titles = panelsOf(dashboard).map(({ title }) => title);
    expect(mayBeEmpty.filter((title) => !titles.includes(title))).toEqual([]);
    for (const panel of panelsOf(dashboard)) {
      const exprs = (panel.targets ?? []).flatMap((target) =>
        'expr' in target && typeof target.expr === 'string' ? [target.expr] : [],
      );
      const answers = await Promise.all(
        exprs.map((expr) => askPrometheus(prometheus, plain(expr))),
      );
      if (MAY_BE_EMPTY.has(panel.fieldConfig?.defaults.noValue ?? '')) continue;
      if (mayBeEmpty.includes(panel.title ?? '')) continue;
      if (!answers.flat().some(({ value }: Sample) => !Number.isNaN(value)))
        empty.push(panel.title ?? '');
    }
    expect(empty).toEqual([]);
  });

  it.for(LOSS_PANELS)(
    'shows the lossy node, and no other, in $title of $dashboard $labels',
    async (panel, { skip }) => {
      skip(why !== null, why ?? '');
      const { dashboard, title, query = /./, choose, labels, there, elsewhere } = panel;
      const exprs = queries(SHIPPED).filter(
        ({ owner, where, kind }) => owner === dashboard && where === title && kind === 'panel',
      );
      const expr = exprs.find((one) => query.test(one.expr))?.expr ?? '';
      /** Highest value in the panel when `value` is selected. */
      const shown = async (value: string): Promise<number> => {
        const answers = await askPrometheus(
          prometheus,
          plain(choose === null ? expr : expr.replaceAll(`$${choose}`, value)),
        );
        const wanted = answers.filter(({ labels: own }) =>
          Object.entries(labels).every(([name, text]) => own[name] === text),
        );
        return Math.max(0, ...wanted.map(({ value: figure }) => figure));
      };
      for (const { name, metricsUrl } of cluster.nodes) {
        const figure = await shown(choose === 'instance' ? new URL(metricsUrl).host : name);
        if (name === LOSSY) expect(figure, name).toBeGreaterThan(there);
        else if (choose !== null) expect(figure, name).toBeLessThanOrEqual(elsewhere);
      }
    },
  );

  it('offers nodes, hosts and deployments as variables', async () => {
    // The run of this test is scraped; only pushed runs have a testid
    // (e2e/monitor/push-metrics.test.ts).
    const chosen = queries(SHIPPED).filter(
      ({ kind, label, owner }) => kind === 'variable' && label !== 'testid' && owner !== 'agents',
    );
    for (const { expr, owner, where, label = '' } of chosen.filter(
      // Series of the lab belong to no named cluster.
      ({ expr: of, label: one }) => !of.startsWith('livekit_swarm_client_') && one !== 'cluster',
    )) {
      const values = (await askPrometheus(prometheus, plain(expr))).map(
        ({ labels }) => labels[label],
      );
      expect(values.filter(Boolean).length, `${where} of ${owner}`).toBeGreaterThan(0);
    }
  });
});
