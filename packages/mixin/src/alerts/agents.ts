import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert } from '../rule.ts';
import { failedTwice } from './failed-twice.ts';

/** Load at which livekit-server offers a worker no more jobs (`agents.target_load`). */
export const TARGET_LOAD = 0.7;

/** Alerts on voice agents: calls of them, their workers, and jobs that no worker took. */
export const agentAlerts = (names: Names): readonly Alert[] => [
  ...callAlerts(names),
  lostJobsAlert(names),
  ...workerAlerts(names),
];

const callAlerts = (names: Names): Alert[] => {
  const { test, config } = names;
  const limit = config.limits.agentResponse / 1_000;
  const call: Labels = {
    ...test.of('exporter', 'e:1'),
    job: 'swarm-probe',
    target: 'prod',
    module: 'support',
    agent: 'support',
  };
  const { agent: _, ...probe } = call;
  const success = seriesOf('livekit_swarm_probe_agent_success', call);
  const failures = seriesOf('livekit_swarm_probe_runs_total', probe, { result: 'failure' });
  const response = seriesOf('livekit_swarm_probe_agent_response_seconds', call);
  return [
    {
      name: 'LiveKitAgentCallFailing',
      severity: 'critical',
      expr: `livekit_swarm_probe_agent_success == 0
${failedTwice(names)}`,
      for: '2m',
      summary: 'Calls of a voice agent fail.',
      description:
        'Probe {{ $labels.module }} has called agent {{ $labels.agent }} of {{ $labels.target }}, and failed at least twice: callers get no answer. See livekit_swarm_probe_failure for the reason.',
      dashboard: 'agents',
      test: {
        // One call in five minutes fails; later all fail.
        series: { [success]: '1x5 0x4 1x9 0x30', [failures]: '3x5 4x14 5x4 6x4 7x20' },
        silentAt: '9m',
        firesAt: '30m',
        fires: [
          {
            labels: call,
            description:
              'Probe support has called agent support of prod, and failed at least twice: callers get no answer. See livekit_swarm_probe_failure for the reason.',
          },
        ],
      },
    },
    {
      name: 'LiveKitAgentAnswersSlow',
      severity: 'warning',
      // A gauge of the last call: the mean of a quarter of an hour is that of several.
      expr: `avg_over_time(livekit_swarm_probe_agent_response_seconds[15m]) > ${limit}`,
      for: '5m',
      summary: 'A voice agent answers slowly.',
      description:
        'Agent {{ $labels.agent }} of {{ $labels.target }} answers {{ $value | humanizeDuration }} after the caller has spoken: callers ask again.',
      dashboard: 'agents',
      test: {
        // One slow answer among others, later all are slow.
        series: { [response]: `0.8x9 4 0.8x19 ${2 * limit}x30` },
        silentAt: '20m',
        firesAt: '55m',
        fires: [
          {
            labels: call,
            description: `Agent support of prod answers ${2 * limit}s after the caller has spoken: callers ask again.`,
          },
        ],
      },
    },
  ];
};

const lostJobsAlert = ({ cluster, test }: Names): Alert => {
  const of: Labels = { ...test.of('exporter', 'e:1'), target: 'prod' };
  const lost = (agent: string): string =>
    seriesOf('livekit_swarm_agents_jobs_lost_total', of, { agent });
  return {
    name: 'LiveKitAgentJobsLost',
    severity: 'warning',
    // Two exporters that watch one deployment count each job.
    expr: `max by (${cluster}, target, agent) (increase(livekit_swarm_agents_jobs_lost_total[15m])) > 0`,
    for: '0s',
    summary: 'Rooms got no voice agent.',
    description:
      'Within the last 15 minutes, {{ $value | printf "%.0f" }} rooms of {{ $labels.target }} got no agent {{ $labels.agent }}, or lost it: their dispatch was accepted, and callers get no answer.',
    dashboard: 'agents',
    test: {
      series: { [lost('support')]: '2x20 5x20', [lost('sales')]: '7x40' },
      silentAt: '15m',
      firesAt: '30m',
      fires: [
        {
          labels: { [cluster]: of[cluster] ?? '', target: 'prod', agent: 'support' },
          description:
            'Within the last 15 minutes, 3 rooms of prod got no agent support, or lost it: their dispatch was accepted, and callers get no answer.',
        },
      ],
    },
  };
};

const workerAlerts = ({ cluster, test, lasting, config: { limits } }: Names): Alert[] => {
  const exporter = test.of('exporter', 'e:1');
  const of: Labels = { ...exporter, pool: 'support' };
  const poolOnly: Labels = { [cluster]: exporter[cluster] ?? '', pool: 'support' };
  const workers = (state: string, more: Labels = {}): string =>
    seriesOf('livekit_swarm_agents_workers', of, more, { state });
  const ofWorker = (name: string, worker: string, more: Labels = {}): string =>
    seriesOf(`livekit_swarm_agents_worker_${name}`, of, { worker, ...more });
  const perPool = `${cluster}, instance, pool`;
  const share = limits.agentLoad;
  const percent = (value: number): string => `${Number((value * 100).toPrecision(4))}%`;
  return [
    {
      name: 'LiveKitAgentWorkersDown',
      severity: 'critical',
      // A worker that one exporter reaches is up.
      expr: `max by (${cluster}, pool) (livekit_swarm_agents_workers{state="up"}) == 0`,
      for: lasting(60),
      summary: 'No worker of a voice agent is registered.',
      description:
        'No worker of {{ $labels.pool }} is registered with LiveKit: new calls get no agent. The API still accepts their dispatches.',
      dashboard: 'agents',
      test: {
        series: { [workers('up')]: '2x5 1x5 0x20', [workers('down')]: '0x5 1x5 2x20' },
        silentAt: '9m',
        firesAt: '15m',
        fires: [
          {
            labels: poolOnly,
            description:
              'No worker of support is registered with LiveKit: new calls get no agent. The API still accepts their dispatches.',
          },
        ],
      },
    },
    {
      name: 'LiveKitAgentWorkersFull',
      severity: 'warning',
      // Workers in Python state a load, others only their jobs. Without a worker that is registered,
      // LiveKitAgentWorkersDown fires.
      expr: `max by (${cluster}, pool) (
  sum by (${perPool}) (livekit_swarm_agents_worker_jobs)
  / on (${perPool})
  (
    (sum by (${perPool}) (livekit_swarm_agents_workers{state="up"}) > 0)
    * on (${perPool})
    max by (${perPool}) (livekit_swarm_agents_worker_max_jobs)
  )
  or
  avg by (${perPool}) (livekit_swarm_agents_worker_load_ratio) / ${TARGET_LOAD}
) > ${share}`,
      for: '10m',
      summary: 'Workers of a voice agent are nearly full.',
      description:
        'Workers of {{ $labels.pool }} carry {{ $value | humanizePercentage }} of what they can: at 100 %, jobs are lost without an error.',
      dashboard: 'agents',
      test: {
        // Two workers of at most ten jobs each; the worker of another pool has lost LiveKit.
        series: {
          [workers('up')]: '2x60',
          [seriesOf('livekit_swarm_agents_worker_max_jobs', of)]: '10x60',
          [ofWorker('jobs', 'a:8081')]: '5x20 9x40',
          [ofWorker('jobs', 'b:8081')]: '4x20 10x40',
          [workers('up', { pool: 'sales' })]: '0x60',
          [seriesOf('livekit_swarm_agents_worker_max_jobs', of, { pool: 'sales' })]: '10x60',
          [ofWorker('jobs', 'c:8081', { pool: 'sales' })]: '4x60',
        },
        silentAt: '25m',
        firesAt: '40m',
        fires: [
          {
            labels: poolOnly,
            description: `Workers of support carry ${percent(0.95)} of what they can: at 100 %, jobs are lost without an error.`,
          },
        ],
      },
      furtherTests: [
        {
          // Load without a number of jobs: 0.63 of 0.7.
          series: {
            [ofWorker('load_ratio', 'a:8081')]: '0.2x20 0.63x40',
            [ofWorker('load_ratio', 'b:8081')]: '0.3x20 0.63x40',
          },
          silentAt: '25m',
          firesAt: '40m',
          fires: [
            {
              labels: poolOnly,
              description: `Workers of support carry ${percent(0.9)} of what they can: at 100 %, jobs are lost without an error.`,
            },
          ],
        },
      ],
    },
    {
      name: 'LiveKitAgentVersionsMixed',
      severity: 'warning',
      // The last version of a worker that is down is still shown.
      expr: `count by (${cluster}, pool) (
  count by (${cluster}, pool, version) (
    livekit_swarm_agents_worker_info
    and on (${perPool}, worker)
    livekit_swarm_agents_worker_up == 1
  )
) > 1`,
      for: '1h',
      summary: 'Workers of a voice agent have different versions.',
      description:
        'Workers of {{ $labels.pool }} have had {{ $value }} SDK versions for an hour: a rollout has stopped half-way, and calls get either.',
      dashboard: 'agents',
      test: {
        // A rollout of half an hour; later one that does not end; a dead worker has an old version.
        series: {
          [ofWorker('up', 'a:8081')]: '1x240',
          [ofWorker('up', 'b:8081')]: '1x30 _x60 1x150',
          [ofWorker('up', 'c:8081')]: '0x240',
          [ofWorker('info', 'a:8081', { agent: 'support', version: '1.9.0' })]: '1x240',
          [ofWorker('info', 'b:8081', { agent: 'support', version: '1.8.0' })]: '1x30 _x60 1x150',
          [ofWorker('info', 'c:8081', { agent: 'support', version: '1.7.0' })]: '1x240',
        },
        silentAt: '80m',
        firesAt: '160m',
        fires: [
          {
            labels: poolOnly,
            description:
              'Workers of support have had 2 SDK versions for an hour: a rollout has stopped half-way, and calls get either.',
          },
        ],
      },
    },
  ];
};
