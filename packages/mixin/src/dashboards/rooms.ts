import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults, starts } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, heatmap, PER_SECOND, stat } from '../panels/panel.ts';
import { promql, quantile, rate } from '../panels/query.ts';
import { FEW, livekitVariables, NONE, type Scope, targetVariable } from './shared.ts';
import { sipCalls } from './sip.ts';

const targetOf = ({ inCluster }: Scope): string => `${inCluster}, target=~"$target"`;
const NOT_WATCHED = 'not watched';

const current = (scope: Scope): Row => ({
  title: 'Current state',
  open: true,
  panels: [
    stat({
      title: 'Rooms',
      description: 'Rooms that the API lists. Many more than the nodes count: ghost rooms.',
      noData: NOT_WATCHED,
      queries: [promql(`sum(livekit_swarm_lifecycle_rooms{${targetOf(scope)}})`, 'rooms')],
    }),
    stat({
      title: 'Participants',
      description: 'Participants and agents in the rooms that the API lists.',
      noData: NOT_WATCHED,
      queries: [
        promql(`sum(livekit_swarm_lifecycle_participants{${targetOf(scope)}})`, 'participants'),
      ],
    }),
    stat({
      title: 'Publishers',
      description:
        'Participants that publish tracks. 0 while rooms have participants: no media is published.',
      noData: NOT_WATCHED,
      queries: [
        promql(`sum(livekit_swarm_lifecycle_publishers{${targetOf(scope)}})`, 'publishers'),
      ],
    }),
    stat({
      title: 'Ghost rooms',
      description:
        'Rooms that the API lists and no live node holds. Lists and counts are wrong until the rooms are rejoined or expire. Requires Redis in the exporter configuration.',
      limits: NONE,
      noData: NOT_WATCHED,
      queries: [promql(`sum(livekit_swarm_lifecycle_ghost_rooms{${targetOf(scope)}})`, 'ghosts')],
    }),
    stat({
      title: 'Stale nodes',
      description:
        'Nodes that are still in Redis but stopped reporting: they died. Rooms may still be assigned to them.',
      limits: NONE,
      noData: NOT_WATCHED,
      queries: [
        promql(
          `sum(livekit_swarm_lifecycle_registry_nodes{${targetOf(scope)}, state="stale"})`,
          'stale',
        ),
      ],
    }),
    stat({
      title: 'Rejected webhooks',
      description:
        'In the last hour: wrong signature, replayed, too old or too large. Above 0: another key is in use, clocks differ, or requests are forged.',
      limits: NONE,
      queries: [
        promql(
          `sum(increase(livekit_swarm_lifecycle_webhooks_rejected_total{${targetOf(scope)}}[1h])) or vector(0)`,
          'refused',
        ),
      ],
    }),
  ],
});

const rooms = (scope: Scope): Row => ({
  title: 'Rooms',
  panels: [
    graph({
      title: 'Rooms by source',
      description:
        'Rooms that the API lists, that nodes count, and that Redis maps. The lines should be equal; the API above the nodes means ghost rooms.',
      queries: [
        promql(
          `sum by (target) (livekit_swarm_lifecycle_rooms{${targetOf(scope)}})`,
          'API, {{target}}',
        ),
        promql(
          `sum by (target) (livekit_swarm_lifecycle_registry_rooms{${targetOf(scope)}})`,
          'Redis, {{target}}',
        ),
        promql(`sum(livekit_room_total{${scope.livekitNodes}})`, 'nodes'),
      ],
    }),
    graph({
      title: 'Room starts',
      description: 'Per second, from webhooks. 0 while participants join: webhooks do not arrive.',
      unit: PER_SECOND,
      queries: [
        promql(
          rate('livekit_swarm_lifecycle_room_starts_total', targetOf(scope), ['target']),
          '{{target}}',
        ),
      ],
    }),
    graph({
      title: 'Room duration',
      description:
        'p50 and p95, from webhooks and as counted by nodes. A sudden fall: sessions fail and are started again.',
      unit: 's',
      queries: [
        promql(
          quantile(0.5, 'livekit_swarm_lifecycle_room_duration_seconds', targetOf(scope), [
            'target',
          ]),
          'p50 {{target}}',
        ),
        promql(
          quantile(0.95, 'livekit_swarm_lifecycle_room_duration_seconds', targetOf(scope), [
            'target',
          ]),
          'p95 {{target}}',
        ),
        promql(quantile(0.5, 'livekit_room_duration_seconds', scope.livekitNodes), 'p50, nodes'),
      ],
    }),
  ],
});

const participants = (scope: Scope): Row => ({
  title: 'Participants',
  panels: [
    graph({
      title: 'Joins and leaves',
      description:
        'Per second, from webhooks. Many more leaves than joins: an outage or the end of an event. Both high for long: clients that cannot keep a connection.',
      unit: PER_SECOND,
      queries: [
        promql(
          rate('livekit_swarm_lifecycle_participant_joins_total', targetOf(scope), ['target']),
          'join {{target}}',
        ),
        promql(
          rate('livekit_swarm_lifecycle_participant_leaves_total', targetOf(scope), ['target']),
          'leave {{target}}',
        ),
      ],
    }),
    graph({
      title: 'Leave reasons',
      description:
        'Per second, by the reason that the server reports. CLIENT_INITIATED is normal; the others are timeouts, node shutdowns and removals.',
      unit: PER_SECOND,
      stacked: true,
      queries: [
        promql(
          rate('livekit_swarm_lifecycle_participant_leaves_total', targetOf(scope), ['reason']),
          '{{reason}}',
        ),
      ],
    }),
    heatmap({
      title: 'Participant session duration',
      description:
        'Ended sessions by duration. Many in the lowest bands: users leave soon after they join.',
      queries: [
        promql(
          `sum by (le) (rate(livekit_swarm_lifecycle_participant_duration_seconds_bucket{${targetOf(scope)}}[$__rate_interval]))`,
        ),
      ],
    }),
    graph({
      title: 'Tracks published',
      description:
        'Per second, by kind and source. Joins without publications: missing permissions, or browsers without access to camera and microphone.',
      unit: PER_SECOND,
      columns: 12,
      queries: [
        promql(
          rate('livekit_swarm_lifecycle_tracks_published_total', targetOf(scope), [
            'kind',
            'source',
          ]),
          '{{kind}} {{source}}',
        ),
      ],
    }),
    graph({
      title: 'Session duration (server)',
      description:
        'p50 and p95 as counted by nodes, only sessions with media. A sudden fall: connections are lost.',
      unit: 's',
      columns: 12,
      queries: [0.5, 0.95].map((share) =>
        promql(
          `${quantile(share, 'livekit_session_duration_ms', scope.livekitNodes)} / 1000`,
          `p${share * 100}`,
        ),
      ),
    }),
  ],
});

const egressWorkers = (scope: Scope) => [
  graph({
    title: 'Egress workers',
    description:
      'Instances of egress, from their own metrics, and those that accept requests. None for five minutes: LiveKitEgressUnavailable.',
    columns: 12,
    noData: 'not scraped',
    queries: [
      promql(`count(livekit_egress_can_accept_request{${scope.inCluster}})`, 'instances'),
      promql(`sum(livekit_egress_can_accept_request{${scope.inCluster}})`, 'accept requests'),
    ],
  }),
  graph({
    title: 'Load of egress workers',
    description:
      'Load of the fullest instance by resource, as a share of what it may use. At 1 the instance accepts nothing more. Older versions of egress do not export it.',
    unit: 'percentunit',
    columns: 12,
    noData: 'not exported',
    queries: [promql(`max by (type) (livekit_load_ratio{${scope.inCluster}})`, '{{type}}')],
  }),
];

const recorders = (scope: Scope): Row => ({
  title: 'Egress and ingress',
  panels: [
    graph({
      title: 'Egresses',
      description:
        'Recordings and streams by status; ended ones are listed for a day and are updated once a minute. starting for minutes: no egress worker is free.',
      noData: 'none yet',
      queries: [
        promql(
          `sum by (status) (livekit_swarm_lifecycle_egress{${targetOf(scope)}})`,
          '{{status}}',
        ),
      ],
    }),
    graph({
      title: 'Ended egresses',
      description:
        'Egresses that ended within the last hour, by final status, from webhooks. failed and aborted: check the log of egress.',
      noData: 'none yet',
      queries: [
        promql(
          `sum by (status) (increase(livekit_swarm_lifecycle_egress_ended_total{${targetOf(scope)}}[1h]))`,
          '{{status}}',
        ),
      ],
    }),
    graph({
      title: 'Ingresses',
      description: 'Incoming streams by status. error: the sender or its format.',
      noData: 'none yet',
      queries: [
        promql(
          `sum by (status) (livekit_swarm_lifecycle_ingress{${targetOf(scope)}})`,
          '{{status}}',
        ),
      ],
    }),
    ...(scope.config.egress ? egressWorkers(scope) : []),
  ],
});

const service = (scope: Scope): Row => ({
  title: 'Registry, API and webhooks',
  panels: [
    graph({
      title: 'Nodes by state (Redis)',
      description:
        'shutting_down for long: the node still has participants and waits. stale: the node died without shutting down.',
      stacked: true,
      queries: [
        promql(
          `sum by (state) (livekit_swarm_lifecycle_registry_nodes{${targetOf(scope)}})`,
          '{{state}}',
        ),
      ],
    }),
    graph({
      title: 'API errors',
      description:
        'Per second, by request. Above 0: wrong keys, the network, or Redis. The other panels then show the values of the last successful request.',
      unit: PER_SECOND,
      limits: FEW,
      queries: [
        promql(
          rate('livekit_swarm_lifecycle_api_errors_total', targetOf(scope), ['target', 'call']),
          '{{target}} {{call}}',
        ),
      ],
    }),
    graph({
      title: 'API latency',
      description: 'p95. Seconds: too many rooms for one list, or slow Redis.',
      unit: 's',
      limits: { warn: 0.5, bad: 2 },
      queries: [
        promql(
          quantile(0.95, 'livekit_swarm_lifecycle_api_duration_seconds', targetOf(scope), ['call']),
          '{{call}}',
        ),
      ],
    }),
    graph({
      title: 'Webhooks',
      description:
        'Accepted per second, by event. None while rooms open and close: webhooks do not arrive. After a node was killed, no events are sent for its participants.',
      unit: PER_SECOND,
      columns: 12,
      queries: [
        promql(
          rate('livekit_swarm_lifecycle_webhooks_total', targetOf(scope), ['event']),
          '{{event}}',
        ),
      ],
    }),
    graph({
      title: 'Rejected webhooks',
      description:
        'Per second, by reason. signature: keys differ. stale: clocks differ. replay: a recorded request was sent again.',
      unit: PER_SECOND,
      columns: 12,
      limits: FEW,
      noData: 'none',
      queries: [
        promql(
          rate('livekit_swarm_lifecycle_webhooks_rejected_total', targetOf(scope), ['reason']),
          '{{reason}}',
        ),
      ],
    }),
  ],
});

/** Dashboard of rooms, participants, tracks and recordings over time. */
export const roomsDashboard = (scope: Scope): Dashboard =>
  page({
    scope,
    key: 'rooms',
    clusterOf: 'livekit_swarm_lifecycle_rooms',
    title: 'LiveKit / Rooms and lifecycle',
    description:
      'Rooms, participants, tracks, egress and ingress from webhooks, the API and Redis (source lifecycle of swarm exporter).',
    variables: [targetVariable(scope, 'livekit_swarm_lifecycle_rooms'), ...livekitVariables(scope)],
    annotations: [alerts(scope), faults(scope), starts(scope)],
    rows: [
      ...[current(scope), rooms(scope), participants(scope), recorders(scope)],
      ...(scope.config.sip ? [sipCalls(scope)] : []),
      service(scope),
    ],
  });
