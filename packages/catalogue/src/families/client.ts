import { JITTER_SECONDS, LATENCY_SECONDS, SCORES } from './buckets.ts';
import { counter, gauge, histogram, type MetricFamily } from './entry.ts';

/** Transports between a client and the server. */
export const TRANSPORT_VALUES = [
  'udp',
  'tcp',
  'relay_udp',
  'relay_tcp',
  'relay_tls',
  'other',
  'unknown',
] as const;
/** Types of networks as browsers name them (W3C Network Information API). */
export const NETWORK_VALUES = [
  'bluetooth',
  'cellular',
  'ethernet',
  'wifi',
  'wimax',
  'none',
  'other',
  'unknown',
] as const;

const BY_STREAM = ['direction', 'kind', 'sdk', 'browser'] as const;
const values = { direction: ['up', 'down'], kind: ['audio', 'video'] } as const;
const REPORTED = 'after a report with such a track';
const STREAMS = { labels: BY_STREAM, values, why: REPORTED } as const;
const ROOM = { labels: ['room'], why: 'only for rooms on the allow-list' } as const;

/**
 * Metrics from reports of real users' browsers through the beacon. `sdk` and `browser` come from
 * closed lists; any other value is `other`.
 */
export const CLIENT_METRICS = {
  livekit_swarm_client_sessions: gauge('Participants with a recent report', {
    labels: ['sdk', 'browser'],
    why: 'after the first report',
  }),
  livekit_swarm_client_reports_total: counter('Reports by result', {
    labels: ['result'],
    values: {
      result: [
        'accepted',
        'clamped',
        'duplicate',
        'unauthorized',
        'malformed',
        'too_large',
        'rate_limited',
        'full',
      ],
    },
  }),
  livekit_swarm_client_reports_dropped_total: counter(
    'Reports that browsers dropped because the exporter was unreachable for too long',
  ),
  livekit_swarm_client_reconnects_total: counter('Connections that were lost and recovered', {
    labels: ['sdk', 'browser'],
    why: 'after the first report',
  }),
  livekit_swarm_client_session_transports: gauge(
    'Participants with a recent report, by transport',
    {
      labels: ['transport'],
      values: { transport: TRANSPORT_VALUES },
      why: 'after the first report',
    },
  ),
  livekit_swarm_client_session_networks: gauge(
    'Participants with a recent report, by network type',
    {
      labels: ['network'],
      values: { network: NETWORK_VALUES },
      why: 'after the first report',
    },
  ),
  livekit_swarm_client_packets_total: counter('RTP packets', STREAMS),
  livekit_swarm_client_bytes_total: counter('RTP payload', STREAMS),
  livekit_swarm_client_packets_lost_total: counter(
    'Packets lost before retransmission; up, as the server reports it',
    STREAMS,
  ),
  livekit_swarm_client_nacks_total: counter('NACK messages: up, received; down, sent', STREAMS),
  livekit_swarm_client_plis_total: counter('PLI messages: up, received; down, sent', STREAMS),
  livekit_swarm_client_freezes_total: counter('Video freezes', STREAMS),
  livekit_swarm_client_freeze_seconds_total: counter('Duration of video freezes', STREAMS),
  livekit_swarm_client_concealed_samples_total: counter('Audio samples concealed', STREAMS),
  livekit_swarm_client_samples_total: counter('Audio samples played', STREAMS),
  livekit_swarm_client_jitter_seconds: histogram(
    'Interarrival jitter, once per report and track',
    JITTER_SECONDS,
    STREAMS,
  ),
  livekit_swarm_client_rtt_seconds: histogram(
    'Round-trip time, once per report and track',
    LATENCY_SECONDS,
    STREAMS,
  ),
  livekit_swarm_client_quality_score: histogram(
    'Quality score of the tracks that a participant sent or received, 1 (bad) to 5 (excellent): the lowest track, once per report',
    SCORES,
    STREAMS,
  ),
  livekit_swarm_client_room_quality_score: gauge(
    'Quality score of a room: the mean over its participants of the lowest score in the last report',
    ROOM,
  ),
  livekit_swarm_client_room_loss_ratio: gauge(
    'Share of packets lost in a room, in the last reports',
    ROOM,
  ),
} as const satisfies MetricFamily;
