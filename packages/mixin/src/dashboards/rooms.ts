import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, heatmap, stat } from '../panels/panel.ts';
import { ask, quantile, rate } from '../panels/query.ts';
import { HARDLY_ANY, LIVEKIT, livekitVariables, NONE, targetVariable } from './shared.ts';

const TARGET = 'target=~"$target"';
const NOT_WATCHED = 'not watched';

const now: Row = {
  title: 'Now',
  panels: [
    stat({
      title: 'Rooms',
      means: 'Rooms that the API lists. Far more than the nodes count themselves: ghosts.',
      empty: NOT_WATCHED,
      queries: [ask(`sum(swarm_lifecycle_rooms{${TARGET}})`, 'rooms')],
    }),
    stat({
      title: 'Participants',
      means: 'People and agents in the rooms that the API lists.',
      empty: NOT_WATCHED,
      queries: [ask(`sum(swarm_lifecycle_participants{${TARGET}})`, 'participants')],
    }),
    stat({
      title: 'Publishers',
      means:
        'Participants with tracks of their own. 0 while people are in rooms: nobody can be heard.',
      empty: NOT_WATCHED,
      queries: [ask(`sum(swarm_lifecycle_publishers{${TARGET}})`, 'publishers')],
    }),
    stat({
      title: 'Ghost rooms',
      means:
        'Rooms that the API lists and no living node serves. Lists and counts are wrong until somebody joins them again or they expire. Needs Redis in the configuration of the exporter.',
      limits: NONE,
      empty: NOT_WATCHED,
      queries: [ask(`sum(swarm_lifecycle_ghost_rooms{${TARGET}})`, 'ghosts')],
    }),
    stat({
      title: 'Stale nodes',
      means:
        'Nodes that Redis still knows and that have stopped reporting: they died. Rooms may still be sent to them.',
      limits: NONE,
      empty: NOT_WATCHED,
      queries: [ask(`sum(swarm_lifecycle_registry_nodes{${TARGET}, state="stale"})`, 'stale')],
    }),
    stat({
      title: 'Webhooks refused',
      means:
        'Of the last hour: wrong signature, replayed, too old or too big. Above 0: another key is in use, clocks differ, or somebody tries.',
      limits: NONE,
      queries: [
        ask(
          `sum(increase(swarm_lifecycle_webhooks_rejected_total{${TARGET}}[1h])) or vector(0)`,
          'refused',
        ),
      ],
    }),
  ],
};

const rooms: Row = {
  title: 'Rooms',
  panels: [
    graph({
      title: 'Rooms as each counts them',
      means:
        'As the API lists them, as nodes count them, and as Redis maps them. The lines lie on each other; the API above the nodes means ghosts.',
      queries: [
        ask(`sum by (target) (swarm_lifecycle_rooms{${TARGET}})`, 'API, {{target}}'),
        ask(`sum by (target) (swarm_lifecycle_registry_rooms{${TARGET}})`, 'Redis, {{target}}'),
        ask(`sum(livekit_room_total{${LIVEKIT}})`, 'nodes'),
      ],
    }),
    graph({
      title: 'Rooms that begin',
      means: 'A second, by webhooks. None while people join: webhooks do not arrive.',
      unit: 'ops',
      queries: [ask(rate('swarm_lifecycle_room_starts_total', TARGET, ['target']), '{{target}}')],
    }),
    graph({
      title: 'How long rooms last',
      means:
        'Half of them, and 95 of 100, by webhooks; and as nodes count it. Suddenly short: calls fail and are begun anew.',
      unit: 's',
      queries: [
        ask(
          quantile(0.5, 'swarm_lifecycle_room_duration_seconds', TARGET, ['target']),
          'p50 {{target}}',
        ),
        ask(
          quantile(0.95, 'swarm_lifecycle_room_duration_seconds', TARGET, ['target']),
          'p95 {{target}}',
        ),
        ask(quantile(0.5, 'livekit_room_duration_seconds', LIVEKIT), 'p50, nodes'),
      ],
    }),
  ],
};

const people: Row = {
  title: 'People',
  panels: [
    graph({
      title: 'Joining and leaving',
      means:
        'A second, by webhooks. Leaving far above joining: an outage or the end of a lesson. Both high all the time: clients that cannot hold a connection.',
      unit: 'ops',
      queries: [
        ask(rate('swarm_lifecycle_participant_joins_total', TARGET, ['target']), 'join {{target}}'),
        ask(
          rate('swarm_lifecycle_participant_leaves_total', TARGET, ['target']),
          'leave {{target}}',
        ),
      ],
    }),
    graph({
      title: 'Why people left',
      means:
        'A second, by the reason the server gives. CLIENT_INITIATED is how it should be; others are timeouts, nodes that end, removals.',
      unit: 'ops',
      stacked: true,
      queries: [
        ask(rate('swarm_lifecycle_participant_leaves_total', TARGET, ['reason']), '{{reason}}'),
      ],
    }),
    heatmap({
      title: 'How long people stay',
      means:
        'How many left after how long. Many in the lowest bands: people who did not get what they came for.',
      queries: [
        ask(
          `sum by (le) (rate(swarm_lifecycle_participant_duration_seconds_bucket{${TARGET}}[$__rate_interval]))`,
        ),
      ],
    }),
    graph({
      title: 'Tracks published',
      means:
        'A second, by kind and source. Joins without publications: permissions, or browsers that ask and get no.',
      unit: 'ops',
      columns: 12,
      queries: [
        ask(
          rate('swarm_lifecycle_tracks_published_total', TARGET, ['kind', 'source']),
          '{{kind}} {{source}}',
        ),
      ],
    }),
    graph({
      title: 'How long sessions last, as nodes count it',
      means:
        'Half of them, and 95 of 100; only those that had media. Suddenly short: connections break.',
      unit: 's',
      columns: 12,
      queries: [0.5, 0.95].map((share) =>
        ask(`${quantile(share, 'livekit_session_duration_ms', LIVEKIT)} / 1000`, `p${share * 100}`),
      ),
    }),
  ],
};

const recorders: Row = {
  title: 'Egress and ingress',
  panels: [
    graph({
      title: 'Egresses',
      means:
        'Recordings and streams by status. EGRESS_FAILED: look at the log of egress; EGRESS_STARTING for long: there is no free worker.',
      columns: 12,
      empty: 'none yet',
      queries: [ask(`sum by (status) (swarm_lifecycle_egress{${TARGET}})`, '{{status}}')],
    }),
    graph({
      title: 'Ingresses',
      means: 'Streams that come in, by status. ENDPOINT_ERROR: the sender or its format.',
      columns: 12,
      empty: 'none yet',
      queries: [ask(`sum by (status) (swarm_lifecycle_ingress{${TARGET}})`, '{{status}}')],
    }),
  ],
};

const service: Row = {
  title: 'Registry, API and webhooks',
  panels: [
    graph({
      title: 'Nodes by state, as Redis knows them',
      means:
        'shutting_down for long: somebody is still in a room there, and the node waits. stale: it died without a word.',
      stacked: true,
      queries: [ask(`sum by (state) (swarm_lifecycle_registry_nodes{${TARGET}})`, '{{state}}')],
    }),
    graph({
      title: 'Calls of the API that fail',
      means:
        'A second, by call. Above 0: keys, the way there, or Redis behind it. All else on this dashboard is then as old as the last answer.',
      unit: 'ops',
      limits: HARDLY_ANY,
      queries: [
        ask(
          rate('swarm_lifecycle_api_errors_total', TARGET, ['target', 'call']),
          '{{target}} {{call}}',
        ),
      ],
    }),
    graph({
      title: 'How long calls of the API take',
      means: 'p95. Seconds: too many rooms for one list, or slow Redis.',
      unit: 's',
      limits: { warn: 0.5, bad: 2 },
      queries: [
        ask(quantile(0.95, 'swarm_lifecycle_api_duration_seconds', TARGET, ['call']), '{{call}}'),
      ],
    }),
    graph({
      title: 'Webhooks',
      means:
        'Accepted a second, by event. None while rooms come and go: they do not arrive. After a node was killed, the events of its people never come.',
      unit: 'ops',
      columns: 12,
      queries: [ask(rate('swarm_lifecycle_webhooks_total', TARGET, ['event']), '{{event}}')],
    }),
    graph({
      title: 'Webhooks refused',
      means:
        'A second, by reason. signature: keys differ; stale: clocks differ; replay: somebody sends again what he heard.',
      unit: 'ops',
      columns: 12,
      limits: HARDLY_ANY,
      empty: 'none',
      queries: [
        ask(rate('swarm_lifecycle_webhooks_rejected_total', TARGET, ['reason']), '{{reason}}'),
      ],
    }),
  ],
};

/** What comes and goes: rooms, people, tracks, recordings. */
export const roomsDashboard = (): Dashboard =>
  page({
    key: 'rooms',
    title: 'LiveKit / Rooms and lifecycle',
    description:
      'Rooms, people, tracks, egress and ingress as webhooks, the API and Redis tell (source lifecycle of swarm exporter).',
    variables: [targetVariable('swarm_lifecycle_rooms'), ...livekitVariables()],
    annotations: [alerts(), faults()],
    rows: [now, rooms, people, recorders, service],
  });
