import { TARGET_LOAD } from '../../../src/alerts/agents.ts';
import type { Labels } from '../../../src/config/names.ts';
import type { TargetLabels } from './labels.ts';
import type { World } from './world.ts';
import type { Counter, Gauge } from './write-series.ts';

const INSTANCES = [1, 2];
const WORKERS = [1, 2, 3];
const MAX_JOBS = 10;

/** Series of services beside the nodes: SIP, egress, voice agents, and probes of an HLS stream. */
export const serviceSeries = (
  labels: TargetLabels,
  world: World,
  gauge: Gauge,
  counter: Counter,
): void => {
  for (const instance of INSTANCES) {
    const sip = labels.sip(instance);
    gauge('up', sip, {}, () => 1);
    gauge('livekit_sip_available', sip, { node_id: `NS_${instance}` }, (m) =>
      Number(world.sip(instance, m)),
    );
    const egress = labels.egress(instance);
    const id = { node_id: `NE_${instance}`, cluster_id: '' };
    gauge('up', egress, {}, () => 1);
    gauge('livekit_egress_can_accept_request', egress, id, (m) =>
      Number(world.egress(instance, m)),
    );
    // An instance with one recording is not available, although it accepts more.
    gauge('livekit_egress_available', egress, id, () => 0);
  }
  // Python workers show a load, others only their jobs.
  for (const shows of ['jobs', 'load'] as const) workerSeries(labels.exporter, shows, world, gauge);
  counter(
    'livekit_swarm_agents_jobs_lost_total',
    labels.exporter,
    { target: 'prod', agent: 'support' },
    (m) => world.jobsLost(m),
    (m) => world.exporterUp(m),
  );
  callSeries(labels.exporter, world, gauge, counter);
  streamSeries(labels.exporter, world, gauge, counter);
};

/** Series of the workers of a voice agent, whose pages the exporter reads. */
const workerSeries = (
  exporter: Labels,
  shows: 'jobs' | 'load',
  world: World,
  gauge: Gauge,
): void => {
  const of = { ...exporter, pool: shows === 'jobs' ? 'support' : 'sales' };
  const seen = (at: (minute: number) => number) => (minute: number) =>
    world.exporterUp(minute) ? at(minute) : null;
  const up = (minute: number): number =>
    WORKERS.filter((worker) => world.agentUp(worker, minute)).length;
  gauge('livekit_swarm_agents_workers', of, { state: 'up' }, seen(up));
  gauge(
    'livekit_swarm_agents_workers',
    of,
    { state: 'down' },
    seen((m) => WORKERS.length - up(m)),
  );
  if (shows === 'jobs')
    gauge(
      'livekit_swarm_agents_worker_max_jobs',
      of,
      {},
      seen(() => MAX_JOBS),
    );
  for (const worker of WORKERS) {
    const name = { worker: `${of.pool}-${worker}:8081` };
    const runs = (minute: number): boolean =>
      world.exporterUp(minute) && world.agentUp(worker, minute);
    gauge(
      'livekit_swarm_agents_worker_up',
      of,
      name,
      seen((m) => Number(world.agentUp(worker, m))),
    );
    for (const version of [1, 2])
      gauge(
        'livekit_swarm_agents_worker_info',
        of,
        { ...name, agent: of.pool, version: `1.${version}.0` },
        (m) => (runs(m) && world.agentVersion(worker, m) === version ? 1 : null),
      );
    const [metric, full] =
      shows === 'jobs' ? (['jobs', MAX_JOBS] as const) : (['load_ratio', TARGET_LOAD] as const);
    gauge(`livekit_swarm_agents_worker_${metric}`, of, name, (m) =>
      runs(m) ? full * world.agentLoad(m) : null,
    );
  }
};

/** Series of probes that call a voice agent. */
const callSeries = (exporter: Labels, world: World, gauge: Gauge, counter: Counter): void => {
  const of = { ...exporter, target: 'prod', module: 'support' };
  const agent = { agent: 'support' };
  const seen = (at: (minute: number) => number) => (minute: number) =>
    world.exporterUp(minute) ? at(minute) : null;
  const success = seen((m) => Number(world.agentCall(m)));
  gauge('livekit_swarm_probe_success', of, {}, success);
  gauge('livekit_swarm_probe_path_success', of, { path: 'direct' }, success);
  gauge('livekit_swarm_probe_agent_success', of, agent, success);
  gauge('livekit_swarm_probe_agent_response_seconds', of, agent, (m) =>
    world.exporterUp(m) && world.agentCall(m) ? world.agentResponse(m) : null,
  );
  runsSeries(of, (m) => world.agentCall(m), world, counter);
};

/** Series of probes of an HLS stream. */
const streamSeries = (exporter: Labels, world: World, gauge: Gauge, counter: Counter): void => {
  const of = { ...exporter, target: 'stream', module: 'radio' };
  gauge('livekit_swarm_probe_hls_success', of, {}, (m) =>
    world.exporterUp(m) ? Number(world.stream(m)) : null,
  );
  runsSeries(of, (m) => world.stream(m), world, counter);
};

/** Number of probes by result, one a minute. */
export const runsSeries = (
  of: Labels,
  ok: (minute: number) => boolean,
  world: World,
  counter: Counter,
): void => {
  for (const result of ['success', 'failure'])
    counter(
      'livekit_swarm_probe_runs_total',
      of,
      { result },
      (m) => Number(ok(m) === (result === 'success')),
      (m) => world.exporterUp(m),
    );
};
