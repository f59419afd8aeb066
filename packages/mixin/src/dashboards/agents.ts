import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { TARGET_LOAD } from '../alerts/agents.ts';
import { alerts, faults, starts } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, stat, states, table } from '../panels/panel.ts';
import { promql } from '../panels/query.ts';
import { labelVariable } from '../panels/variables.ts';
import { NONE, probesByName, type Scope, targetVariable } from './shared.ts';

const roomsOf = ({ inCluster }: Scope): string => `${inCluster}, target=~"$target"`;
const poolsOf = ({ inCluster }: Scope): string => `${inCluster}, pool=~"$pool"`;
const NO_WORKERS = 'no workers configured';
const NO_CALLS = 'no calls by probes';

const loadLimits = ({ config: { limits } }: Scope) => ({
  warn: Number((limits.agentLoad * 0.875 * TARGET_LOAD).toPrecision(3)),
  bad: Number((limits.agentLoad * TARGET_LOAD).toPrecision(3)),
});

const responseLimits = ({ config: { limits } }: Scope) => ({
  warn: limits.agentResponse / 2_000,
  bad: limits.agentResponse / 1_000,
});

const current = (scope: Scope): Row => ({
  title: 'Current state',
  open: true,
  panels: [
    stat({
      title: 'Agents in rooms',
      description:
        'Voice agents that are in rooms now: one for each conversation. None while users call: no worker takes jobs.',
      queries: [
        promql(
          `sum(max by (${scope.cluster}, target) (livekit_swarm_agents_participants{${roomsOf(scope)}}))`,
          'agents',
        ),
      ],
    }),
    stat({
      title: 'Rooms that wait',
      description:
        'Rooms with a dispatch and without an agent. A few for a second are calls that just began; more, or for longer: workers are full, or none is registered.',
      limits: { warn: 1, bad: 5 },
      noData: 'no dispatches',
      queries: [
        promql(
          `sum(max by (${scope.cluster}, target, agent) (livekit_swarm_agents_rooms_waiting{${roomsOf(scope)}}))`,
          'wait',
        ),
      ],
    }),
    stat({
      title: 'Lost jobs within the hour',
      description:
        'Dispatches whose room got no agent in time, although the API answered 200. Above 0, callers heard nothing.',
      limits: NONE,
      noData: 'no dispatches',
      queries: [
        promql(
          `sum(max by (${scope.cluster}, target, agent) (increase(livekit_swarm_agents_jobs_lost_total{${roomsOf(scope)}}[1h])))`,
          'lost',
        ),
      ],
    }),
    stat({
      title: 'Workers up',
      description:
        'Workers that are registered with LiveKit, as their health pages state. 0: new calls get no agent.',
      limits: { bad: 1, lowIsBad: true },
      noData: NO_WORKERS,
      queries: [
        promql(
          `sum(max by (${scope.cluster}, pool) (livekit_swarm_agents_workers{${poolsOf(scope)}, state="up"}))`,
          'up',
        ),
      ],
    }),
    stat({
      title: 'Workers down',
      description:
        'Workers that do not answer, or have lost LiveKit. Their calls end, and no other worker takes them over.',
      limits: NONE,
      noData: NO_WORKERS,
      queries: [
        promql(
          `sum(max by (${scope.cluster}, pool) (livekit_swarm_agents_workers{${poolsOf(scope)}, state="down"}))`,
          'down',
        ),
        promql(
          `sum(max by (${scope.cluster}, pool, state) (livekit_swarm_agents_workers{${poolsOf(scope)}}))`,
          'of',
        ),
      ],
    }),
    stat({
      title: 'Slowest answer',
      description:
        'Of the last calls by probes: from the last voice of the caller to the first voice of the agent. Above 1 s, callers think that the line is dead.',
      unit: 's',
      limits: responseLimits(scope),
      noData: NO_CALLS,
      queries: [
        promql(`max(livekit_swarm_probe_agent_response_seconds{${roomsOf(scope)}})`, 'slowest'),
      ],
    }),
    states({
      title: 'Calls by probes',
      description:
        'Green while an agent answers the calls of probes. Red: no agent, no answer, or one that is too slow.',
      labels: { 1: { text: 'answered' }, 0: { text: 'failed' } },
      noData: NO_CALLS,
      queries: [
        promql(
          `min by (target, agent, module) (livekit_swarm_probe_agent_success{${roomsOf(scope)}})`,
          '{{target}} {{agent}} {{module}}',
        ),
      ],
    }),
    states({
      title: 'Workers',
      description:
        'Green while the worker is registered with LiveKit. Red: it does not answer, or has lost LiveKit.',
      labels: { 1: { text: 'up' }, 0: { text: 'down' } },
      noData: NO_WORKERS,
      queries: [
        promql(
          `max by (pool, worker) (livekit_swarm_agents_worker_up{${poolsOf(scope)}})`,
          '{{pool}} {{worker}}',
        ),
      ],
    }),
  ],
});

const jobs = (scope: Scope): Row => ({
  title: 'Jobs',
  panels: [
    graph({
      title: 'Jobs by state',
      description:
        'Jobs of open rooms. Running ones are conversations; failed ones were reported by a worker. The job of a dead agent is running until the agent has left its room.',
      stacked: true,
      queries: [
        promql(
          `sum by (agent, state) (max by (${scope.cluster}, target, agent, state) (livekit_swarm_agents_jobs{${roomsOf(scope)}}))`,
          '{{agent}} {{state}}',
        ),
      ],
    }),
    graph({
      title: 'Rooms that wait for an agent',
      description:
        'Rooms with a dispatch and without an agent, by agent. A line that stays above 0: jobs are lost.',
      limits: NONE,
      queries: [
        promql(
          `sum by (agent) (max by (${scope.cluster}, target, agent) (livekit_swarm_agents_rooms_waiting{${roomsOf(scope)}}))`,
          '{{agent}}',
        ),
      ],
    }),
    graph({
      title: 'Lost jobs',
      description:
        'Dispatches whose room got no agent in time, within five minutes. Peaks with full workers: more workers, or a higher limit of their load.',
      limits: NONE,
      queries: [
        promql(
          `sum by (agent) (max by (${scope.cluster}, target, agent) (increase(livekit_swarm_agents_jobs_lost_total{${roomsOf(scope)}}[5m])))`,
          '{{agent}}',
        ),
      ],
    }),
  ],
});

const workers = (scope: Scope): Row => ({
  title: 'Workers',
  panels: [
    graph({
      title: 'Jobs by worker',
      description:
        'Jobs that each worker runs. livekit-server chooses at random, by load: they differ. One with none: it refuses jobs, or states a load that is too high.',
      noData: NO_WORKERS,
      queries: [
        promql(
          `max by (pool, worker) (livekit_swarm_agents_worker_jobs{${poolsOf(scope)}})`,
          '{{pool}} {{worker}}',
        ),
      ],
    }),
    graph({
      title: 'Load by worker',
      description: `Load that workers in Python report. At ${TARGET_LOAD} the server offers a worker no more jobs, and jobs are lost when all are there.`,
      unit: 'percentunit',
      limits: loadLimits(scope),
      max: 1,
      noData: 'no worker shows its load',
      queries: [
        promql(
          `max by (pool, worker) (livekit_swarm_agents_worker_load_ratio{${poolsOf(scope)}})`,
          '{{pool}} {{worker}}',
        ),
      ],
    }),
    graph({
      title: 'Share of the jobs that a pool carries',
      description:
        'Jobs of a pool, divided by what its registered workers carry (maxJobs of the configuration). At 100 %, further jobs are lost.',
      unit: 'percentunit',
      limits: { bad: scope.config.limits.agentLoad },
      noData: 'maxJobs is not configured',
      queries: [
        promql(
          `sum by (pool) (max by (${scope.cluster}, pool, worker) (livekit_swarm_agents_worker_jobs{${poolsOf(scope)}})) / (sum by (pool) (max by (${scope.cluster}, pool) (livekit_swarm_agents_workers{${poolsOf(scope)}, state="up"})) * max by (pool) (livekit_swarm_agents_worker_max_jobs{${poolsOf(scope)}}))`,
          '{{pool}}',
        ),
      ],
    }),
    table({
      title: 'Versions',
      description:
        'Workers by agent and SDK version. Two versions in a pool for long: a rollout has stopped half-way.',
      by: ['pool', 'agent', 'version'],
      span: 12,
      noData: NO_WORKERS,
      columns: [
        {
          expr: `count by (pool, agent, version) (max by (${scope.cluster}, pool, worker, agent, version) (livekit_swarm_agents_worker_info{${poolsOf(scope)}}))`,
          legend: 'Workers',
        },
      ],
    }),
    graph({
      title: 'Age of workers',
      description:
        'Time since the start of each worker, where its metrics show it. Lines that fall to 0 again and again: the worker ends and is restarted.',
      unit: 's',
      columns: 12,
      noData: 'no worker shows its start',
      queries: [
        promql(
          `time() - max by (pool, worker) (livekit_swarm_agents_worker_start_time_seconds{${poolsOf(scope)}})`,
          '{{pool}} {{worker}}',
        ),
      ],
    }),
  ],
});

const calls = (scope: Scope): Row => ({
  title: 'Calls by probes',
  panels: [
    graph({
      title: 'Time to answer',
      description:
        'From the last voice of the caller to the first voice of the agent, of each call. A rise with the load of the workers: they are full. Without: models or their providers.',
      unit: 's',
      limits: responseLimits(scope),
      noData: NO_CALLS,
      queries: [
        probesByName(
          `max by (target, node, module) (livekit_swarm_probe_agent_response_seconds{${roomsOf(scope)}})`,
        ),
      ],
    }),
    graph({
      title: 'Start of the agent',
      description:
        'From the join of the caller until the agent is in the room, has published audio, and is ready. A late join: dispatch, or full workers. Late audio: the process of the job starts slowly.',
      unit: 's',
      noData: NO_CALLS,
      queries: [
        promql(
          `max by (agent, phase) (livekit_swarm_probe_agent_seconds{${roomsOf(scope)}})`,
          '{{agent}} {{phase}}',
        ),
      ],
    }),
    table({
      title: 'Failures by reason',
      description:
        'Reasons of failed calls: agent_missing, no worker took the job; agent_silent, it gave no answer; agent_slow, a limit; others, LiveKit itself.',
      by: ['target', 'module', 'reason'],
      span: 8,
      noData: 'no failures',
      columns: [
        {
          expr: `max by (target, module, reason) (livekit_swarm_probe_failure{${roomsOf(scope)}} and on (target, module, node) livekit_swarm_probe_agent_success)`,
          legend: 'Failed',
        },
      ],
    }),
  ],
});

/** Dashboard of voice agents: conversations, lost jobs, workers, and calls by probes. */
export const agentsDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'agents',
    clusterOf: 'livekit_swarm_agents_participants',
    title: 'LiveKit / Agents',
    description:
      'Voice agents (source agents and module agent_call of swarm exporter): conversations, rooms that wait, workers and how fast agents answer.',
    variables: [
      targetVariable(scope, 'livekit_swarm_agents_participants'),
      labelVariable('pool', {
        label: 'Pool',
        description: 'Pools of workers, named as in the exporter configuration',
        of: 'livekit_swarm_agents_workers',
        where: scope.inCluster,
      }),
    ],
    annotations: [alerts(scope), faults(scope), starts(scope)],
    rows: [current(scope), jobs(scope), workers(scope), calls(scope)],
  });
