import { API_SECONDS, STAY_SECONDS } from './buckets.ts';
import { counter, gauge, histogram, type MetricFamily } from './entry.ts';

const TARGET = ['target'] as const;
const HOOKS = 'a webhook of this kind must have come';
const GHOSTS = 'Redis must be configured';

/** What the server says of its rooms: webhooks, room service, and Redis where it is given. */
export const LIFECYCLE_METRICS = {
  swarm_lifecycle_rooms: gauge('Rooms that the API lists', { labels: TARGET }),
  swarm_lifecycle_participants: gauge('Participants of the rooms that the API lists', {
    labels: TARGET,
  }),
  swarm_lifecycle_publishers: gauge('Participants with tracks of their own', { labels: TARGET }),
  swarm_lifecycle_webhooks_total: counter('Webhooks that were accepted', {
    labels: [...TARGET, 'event'],
    why: HOOKS,
  }),
  swarm_lifecycle_webhooks_rejected_total: counter('Webhooks that were refused', {
    labels: [...TARGET, 'reason'],
    values: {
      reason: ['signature', 'replay', 'stale', 'too_large', 'malformed', 'unknown_target'],
    },
    why: 'a webhook must have been refused',
  }),
  swarm_lifecycle_room_starts_total: counter('Rooms that began', { labels: TARGET }),
  swarm_lifecycle_room_duration_seconds: histogram('How long rooms lasted', STAY_SECONDS, {
    labels: TARGET,
  }),
  swarm_lifecycle_participant_joins_total: counter('Participants that joined', { labels: TARGET }),
  swarm_lifecycle_participant_leaves_total: counter('Participants that left, by reason', {
    labels: [...TARGET, 'reason'],
    why: HOOKS,
  }),
  swarm_lifecycle_participant_duration_seconds: histogram(
    'How long participants stayed',
    STAY_SECONDS,
    { labels: TARGET },
  ),
  swarm_lifecycle_tracks_published_total: counter('Tracks that were published', {
    labels: [...TARGET, 'kind', 'source'],
    values: {
      kind: ['audio', 'video', 'data'],
      source: ['microphone', 'camera', 'screen_share', 'screen_share_audio', 'unknown'],
    },
    why: HOOKS,
  }),
  swarm_lifecycle_egress: gauge('Egresses by status', {
    labels: [...TARGET, 'status'],
    why: 'there must have been an egress',
  }),
  swarm_lifecycle_ingress: gauge('Ingresses by status', {
    labels: [...TARGET, 'status'],
    why: 'there must have been an ingress',
  }),
  swarm_lifecycle_ghost_rooms: gauge('Rooms that the API lists and no living node serves', {
    labels: TARGET,
    why: GHOSTS,
  }),
  swarm_lifecycle_registry_rooms: gauge('Rooms that Redis maps to a node', {
    labels: TARGET,
    why: GHOSTS,
  }),
  swarm_lifecycle_registry_nodes: gauge(
    'Nodes that Redis knows, by state; stale is one that has stopped reporting',
    {
      labels: [...TARGET, 'state'],
      values: { state: ['starting_up', 'serving', 'shutting_down', 'stale'] },
      why: GHOSTS,
    },
  ),
  swarm_lifecycle_api_errors_total: counter('Calls of the API that failed', {
    labels: [...TARGET, 'call'],
  }),
  swarm_lifecycle_api_duration_seconds: histogram('How long calls of the API took', API_SECONDS, {
    labels: [...TARGET, 'call'],
  }),
} as const satisfies MetricFamily;
