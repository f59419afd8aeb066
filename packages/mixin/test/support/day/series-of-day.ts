import type { Labels } from '../../../src/config/names.ts';
import type { TargetLabels } from './labels.ts';
import { hostSeries } from './series-of-hosts.ts';
import { runsSeries, serviceSeries } from './series-of-services.ts';
import type { World } from './world.ts';
import {
  type Counter,
  type Gauge,
  type InputSeries,
  NODES,
  type Span,
  seriesWriter,
} from './write-series.ts';

const DAY_S = 86_400;
/** Number of versions that are deployed during the day. A node that crashes keeps its name. */
const RELEASES = 2;
const MAX_FILES = 65_536;

/**
 * All series that rules read, for a part of a day in a world. The first value is that of `from`.
 */
export const seriesOfDay = (
  labels: TargetLabels,
  world: World,
  { from, to }: Span,
): InputSeries[] => {
  const minutes = Array.from({ length: to - from }, (_, index) => from + index);
  const { all, gauge, counter } = seriesWriter(minutes);
  for (const node of NODES) nodeSeries(labels, world, node, minutes, gauge, counter);
  for (const host of NODES) hostSeries(labels.host(host), host, world, gauge, counter);
  if (labels.otherHost !== null) hostSeries(labels.otherHost, 1, world, gauge, counter);
  entrySeries(labels, world, gauge);
  exporterSeries(labels, world, gauge, counter);
  serviceSeries(labels, world, gauge, counter);
  return all;
};

/**
 * Series of a livekit-server process. Its counters begin at 0 with each start, and its Pod then has
 * other labels.
 */
const nodeSeries = (
  labels: TargetLabels,
  world: World,
  node: number,
  minutes: readonly number[],
  gauge: Gauge,
  counter: Counter,
): void => {
  const starts = [...new Set(minutes.map((minute) => world.starts(node, minute)))];
  const targets = new Map<string, { of: Labels; starts: number[] }>();
  for (const start of starts) {
    const of = labels.node(node, Math.min(start, RELEASES));
    const target = targets.get(JSON.stringify(of)) ?? { of, starts: [] };
    target.starts.push(start);
    targets.set(JSON.stringify(of), target);
  }
  for (const { of, starts: mine } of targets.values()) {
    const here = (minute: number): boolean =>
      mine.includes(world.starts(node, minute)) && world.discovered(minute);
    const scraped = (minute: number): boolean => here(minute) && world.up(node, minute);
    const share = (minute: number): number => world.participants(minute) / NODES.length;
    gauge('up', of, {}, (minute) => (here(minute) ? Number(world.up(node, minute)) : null));
    gauge('process_start_time_seconds', of, {}, (minute) =>
      scraped(minute) ? world.starts(node, minute) * 1_000 : null,
    );
    gauge('process_max_fds', of, {}, (minute) => (scraped(minute) ? MAX_FILES : null));
    gauge('process_open_fds', of, {}, (minute) =>
      scraped(minute) ? Math.round(MAX_FILES * world.files(node, minute)) : null,
    );
    for (const start of mine) {
      const id = { node_id: `ND_${node}_${start}`, node_type: 'SERVER' };
      const run = (minute: number): boolean => world.starts(node, minute) === start;
      const seen = (minute: number): boolean => run(minute) && scraped(minute);
      const counted = (metric: string, more: Labels, perMinute: (minute: number) => number): void =>
        counter(metric, of, { ...id, ...more }, (m) => (run(m) ? perMinute(m) : 0), seen);
      const joins = (minute: number): number => world.joins(minute) / NODES.length;
      const joined = (minute: number): number => joins(minute) * (1 - world.joinFailures(minute));
      counted('livekit_participant_join_total', { state: 'rtc_init' }, joins);
      counted('livekit_participant_join_total', { state: 'rtc_active' }, joined);
      counted('livekit_session_start_time_ms_bucket', { le: '1000' }, (m) => joined(m) * 0.98);
      for (const le of ['4000', '+Inf'])
        counted('livekit_session_start_time_ms_bucket', { le }, joined);
      for (const direction of ['incoming', 'outgoing']) {
        const packets = (minute: number): number => share(minute) * 3_000;
        const flow = { direction, transmission: 'initial' };
        counted('livekit_packet_total', flow, packets);
        counted(
          'livekit_packet_loss_total',
          { direction },
          (m) => packets(m) * world.loss(node, m),
        );
        counted('livekit_nack_total', { direction }, (m) => packets(m) * world.loss(node, m));
        counted('livekit_jitter_us_count', { direction }, (m) => share(m) * 60);
        for (const [le, of30] of [
          ['30000', (m: number) => 1 - world.jittery(node, m)],
          ['+Inf', () => 1],
        ] as const)
          counted('livekit_jitter_us_bucket', { direction, le }, (m) => share(m) * 60 * of30(m));
      }
      gauge('livekit_participant_total', of, id, (m) => (seen(m) ? Math.round(share(m)) : null));
      gauge('livekit_session_start_time_ms_count', of, id, (m) =>
        seen(m) ? Math.round(share(m)) + 500 : null,
      );
      gauge('livekit_session_duration_ms_count', of, id, (m) => (seen(m) ? 500 : null));
      for (const [status, part] of [
        ['200', (m: number) => 1 - world.apiErrors(m)],
        ['500', (m: number) => world.apiErrors(m)],
      ] as const)
        counted('livekit_node_twirp_request_status', { status, code: '' }, (m) => 30 * part(m));
      for (const [status, part] of [
        ['success', (m: number) => 1 - world.webhookErrors(m)],
        ['failure', (m: number) => world.webhookErrors(m)],
      ] as const)
        counted('livekit_webhook_dispatch_total', { status, reason: '' }, (m) => 10 * part(m));
    }
  }
};

/** Series of load balancer, certificates and Redis. */
const entrySeries = (labels: TargetLabels, world: World, gauge: Gauge): void => {
  const { loadBalancer, redis, blackbox, names } = labels;
  gauge('up', redis, {}, () => 1);
  gauge('redis_up', redis, {}, (m) => Number(world.redis(m)));
  gauge('up', blackbox, {}, () => 1);
  // Values at the end of each minute.
  gauge(
    'probe_ssl_earliest_cert_expiry',
    blackbox,
    {},
    (m) => DAY_S * world.certificateDays(m) + 60 * m,
  );
  if (loadBalancer === null) return;
  const proxy = names.config.loadBalancer.backend;
  const healthy = (node: number, m: number): boolean =>
    world.backends(m) && world.redis(m) && world.up(node, m);
  gauge('up', loadBalancer, {}, () => 1);
  gauge(
    'haproxy_backend_active_servers',
    loadBalancer,
    { proxy },
    (m) => NODES.filter((node) => healthy(node, m)).length,
  );
  for (const node of NODES)
    gauge('haproxy_server_check_code', loadBalancer, { proxy, server: `node-${node}` }, (m) =>
      world.redis(m) ? (healthy(node, m) ? 200 : 0) : 406,
    );
};

const exporterSeries = (
  { exporter }: TargetLabels,
  world: World,
  gauge: Gauge,
  counter: Counter,
): void => {
  const target = { target: 'prod' };
  const here = (minute: number): boolean => world.exporterUp(minute);
  const seen = (at: (minute: number) => number) => (minute: number) =>
    here(minute) ? at(minute) : null;
  gauge('up', exporter, {}, (m) => Number(here(m)));
  gauge(
    'process_start_time_seconds',
    exporter,
    {},
    seen((m) => world.exporterStarts(m) * 1_000),
  );
  gauge(
    'livekit_swarm_exporter_config_last_reload_successful',
    exporter,
    { file: 'config' },
    seen((m) => Number(world.exporterConfig(m))),
  );
  for (const source of ['probes', 'lifecycle', 'clients', 'agents'])
    gauge(
      'livekit_swarm_exporter_up',
      exporter,
      { source },
      seen((m) => Number(source !== 'lifecycle' || world.redis(m))),
    );
  const probes = (more: Labels, ok: (minute: number) => boolean, path: string): void => {
    const of = { ...exporter, ...target, ...more };
    gauge(
      'livekit_swarm_probe_success',
      of,
      {},
      seen((m) => Number(ok(m))),
    );
    gauge(
      'livekit_swarm_probe_path_success',
      of,
      { path },
      seen((m) => Number(ok(m))),
    );
    runsSeries(of, ok, world, counter);
  };
  probes({ module: 'audio_pair' }, (m) => world.probe(m), 'direct');
  probes({ module: 'turn_tls' }, (m) => world.turn(m), 'turn-tls');
  for (const node of NODES) {
    const of = { module: 'audio_pair', node: `node-${node}` };
    probes(of, (m) => world.up(node, m) && world.redis(m) && !world.split(node, m), 'direct');
    for (const side of ['a', 'b']) {
      const all = { ...exporter, ...target, ...of };
      gauge(
        'livekit_swarm_probe_remote_participants',
        all,
        { side },
        seen((m) => Number(!world.split(node, m) || side === 'a')),
      );
      gauge(
        'livekit_swarm_probe_phase_seconds',
        all,
        { side, phase: 'dtls' },
        seen(() => 0.1),
      );
    }
  }
  gauge(
    'livekit_swarm_lifecycle_ghost_rooms',
    exporter,
    target,
    seen((m) => world.ghostRooms(m)),
  );
  gauge(
    'livekit_swarm_lifecycle_registry_nodes',
    exporter,
    { ...target, state: 'shutting_down' },
    seen((m) => world.draining(m)),
  );
  for (const [status, perMinute] of [
    ['complete', () => 0.1],
    ['failed', (m: number) => world.failedEgresses(m)],
  ] as const)
    counter(
      'livekit_swarm_lifecycle_egress_ended_total',
      exporter,
      { ...target, status },
      perMinute,
      here,
    );
  const stream = { direction: 'down', kind: 'video', sdk: 'js', browser: 'chrome' };
  gauge(
    'livekit_swarm_client_sessions',
    exporter,
    { sdk: 'js', browser: 'chrome' },
    seen((m) => world.participants(m)),
  );
  counter(
    'livekit_swarm_client_quality_score_count',
    exporter,
    stream,
    (m) => world.participants(m) * 6,
    here,
  );
  counter(
    'livekit_swarm_client_quality_score_bucket',
    exporter,
    { ...stream, le: '3' },
    (m) => world.participants(m) * 6 * world.poorReports(m),
    here,
  );
};
