import { API_SECONDS, STAY_SECONDS } from './buckets.ts';
import { counter, gauge, histogram, type MetricFamily } from './entry.ts';

const TARGET = ['target'] as const;
const HOOKS = 'after the first webhook of this kind';
const SIP = 'after the first SIP trunk or dispatch rule';
const GHOSTS = 'while Redis is configured';
const METERED = 'while `lifecycle.metering` is configured';
const METERED_BYTES = 'while `lifecycle.metering` and Redis are configured';

/** Final statuses of an egress. */
export const ENDED_EGRESS = ['complete', 'failed', 'aborted', 'limit_reached'] as const;

/**
 * Metrics of rooms as the server reports them: by webhooks, the room service, and Redis if it is
 * configured.
 */
export const LIFECYCLE_METRICS = {
  livekit_swarm_lifecycle_rooms: gauge('Rooms that the API lists', { labels: TARGET }),
  livekit_swarm_lifecycle_participants: gauge('Participants of the rooms that the API lists', {
    labels: TARGET,
  }),
  livekit_swarm_lifecycle_publishers: gauge('Participants that publish tracks', { labels: TARGET }),
  livekit_swarm_lifecycle_webhooks_total: counter('Accepted webhooks', {
    labels: [...TARGET, 'event'],
    why: HOOKS,
  }),
  livekit_swarm_lifecycle_webhooks_rejected_total: counter('Rejected webhooks', {
    labels: [...TARGET, 'reason'],
    values: {
      reason: [
        'signature',
        'expired',
        'replay',
        'stale',
        'too_large',
        'malformed',
        'unknown_target',
      ],
    },
    why: 'after the first rejected webhook',
  }),
  livekit_swarm_lifecycle_room_starts_total: counter('Rooms started', { labels: TARGET }),
  livekit_swarm_lifecycle_room_duration_seconds: histogram('Duration of rooms', STAY_SECONDS, {
    labels: TARGET,
  }),
  livekit_swarm_lifecycle_participant_joins_total: counter('Participants that joined', {
    labels: TARGET,
  }),
  livekit_swarm_lifecycle_participant_leaves_total: counter('Participants that left, by reason', {
    labels: [...TARGET, 'reason'],
    why: HOOKS,
  }),
  livekit_swarm_lifecycle_participant_duration_seconds: histogram(
    'Duration of participant sessions',
    STAY_SECONDS,
    { labels: TARGET },
  ),
  livekit_swarm_lifecycle_participant_minutes_total: counter(
    'Minutes that participants were in rooms, by group of rooms',
    { labels: [...TARGET, 'group'], why: METERED },
  ),
  livekit_swarm_lifecycle_media_bytes_total: counter(
    'Media that the nodes received and sent, on the wire; shared out over groups by their participants on each node',
    {
      labels: [...TARGET, 'group', 'direction'],
      values: { direction: ['in', 'out'] },
      why: METERED_BYTES,
    },
  ),
  livekit_swarm_lifecycle_tracks_published_total: counter('Tracks published', {
    labels: [...TARGET, 'kind', 'source'],
    values: {
      kind: ['audio', 'video', 'data'],
      source: ['microphone', 'camera', 'screen_share', 'screen_share_audio', 'unknown'],
    },
    why: HOOKS,
  }),
  livekit_swarm_lifecycle_egress: gauge(
    'Egresses that the API lists, by status; ended ones for a day',
    {
      labels: [...TARGET, 'status'],
      values: { status: ['starting', 'active', 'ending', ...ENDED_EGRESS] },
      why: 'after the first egress',
    },
  ),
  livekit_swarm_lifecycle_egress_ended_total: counter('Egresses that ended, by final status', {
    labels: [...TARGET, 'status'],
    values: { status: ENDED_EGRESS },
  }),
  livekit_swarm_lifecycle_ingress: gauge('Ingresses by status', {
    labels: [...TARGET, 'status'],
    why: 'after the first ingress',
  }),
  livekit_swarm_lifecycle_sip_trunks: gauge('SIP trunks, by direction', {
    labels: [...TARGET, 'direction'],
    values: { direction: ['inbound', 'outbound'] },
    why: SIP,
  }),
  livekit_swarm_lifecycle_sip_dispatch_rules: gauge('SIP dispatch rules', {
    labels: TARGET,
    why: SIP,
  }),
  livekit_swarm_lifecycle_sip_problems: gauge(
    'Findings of `swarm verify` on SIP trunks and dispatch rules',
    { labels: [...TARGET, 'severity'], values: { severity: ['error', 'warning'] }, why: SIP },
  ),
  livekit_swarm_lifecycle_ghost_rooms: gauge('Rooms that the API lists and no node serves', {
    labels: TARGET,
    why: GHOSTS,
  }),
  livekit_swarm_lifecycle_registry_rooms: gauge('Rooms that Redis maps to a node', {
    labels: TARGET,
    why: GHOSTS,
  }),
  livekit_swarm_lifecycle_registry_nodes: gauge(
    'Nodes in Redis, by state; a stale node has stopped reporting',
    {
      labels: [...TARGET, 'state'],
      values: { state: ['starting_up', 'serving', 'shutting_down', 'stale'] },
      why: GHOSTS,
    },
  ),
  livekit_swarm_lifecycle_api_errors_total: counter('API calls that failed', {
    labels: [...TARGET, 'call'],
  }),
  livekit_swarm_lifecycle_api_duration_seconds: histogram('Duration of API calls', API_SECONDS, {
    labels: [...TARGET, 'call'],
  }),
} as const satisfies MetricFamily;
