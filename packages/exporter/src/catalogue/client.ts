import { JITTER_SECONDS, LATENCY_SECONDS, SCORES } from './buckets.ts';
import { counter, gauge, histogram, type MetricFamily } from './entry.ts';

/** How media gets to the server. */
export const TRANSPORT_VALUES = [
  'udp',
  'tcp',
  'relay-udp',
  'relay-tcp',
  'relay-tls',
  'other',
  'unknown',
] as const;
/** What browsers call networks (W3C Network Information API). */
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
const REPORTED = 'a browser must have reported such a track';
const STREAMS = { labels: BY_STREAM, values, why: REPORTED } as const;
const ROOM = { labels: ['room'], why: 'only for rooms on the allow-list' } as const;

/** What browsers of real users report through the beacon. `sdk` and `browser` are from closed lists; all else is `other`. */
export const CLIENT_METRICS = {
  swarm_client_sessions: gauge('Participants that reported lately', {
    labels: ['sdk', 'browser'],
    why: 'a browser must have reported',
  }),
  swarm_client_reports_total: counter('Reports by what became of them', {
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
  swarm_client_reports_dropped_total: counter(
    'Reports that browsers threw away because nobody took them for too long',
  ),
  swarm_client_reconnects_total: counter('Connections that were lost and came back', {
    labels: ['sdk', 'browser'],
    why: 'a browser must have reported',
  }),
  swarm_client_session_transports: gauge(
    'Participants that reported lately, by how their media gets to the server',
    {
      labels: ['transport'],
      values: { transport: TRANSPORT_VALUES },
      why: 'a browser must have reported',
    },
  ),
  swarm_client_session_networks: gauge(
    'Participants that reported lately, by what the browser says of its network',
    {
      labels: ['network'],
      values: { network: NETWORK_VALUES },
      why: 'a browser must have reported',
    },
  ),
  swarm_client_packets_total: counter('RTP packets', STREAMS),
  swarm_client_bytes_total: counter('RTP payload', STREAMS),
  swarm_client_packets_lost_total: counter(
    'Packets lost before they were sent again; up, as the server reports it',
    STREAMS,
  ),
  swarm_client_nacks_total: counter('NACK messages: up, received; down, sent', STREAMS),
  swarm_client_plis_total: counter('PLI messages: up, received; down, sent', STREAMS),
  swarm_client_freezes_total: counter('Times a picture froze', STREAMS),
  swarm_client_freeze_seconds_total: counter('How long pictures were frozen, summed up', STREAMS),
  swarm_client_concealed_samples_total: counter('Audio samples that had to be made up', STREAMS),
  swarm_client_samples_total: counter('Audio samples played', STREAMS),
  swarm_client_jitter_seconds: histogram(
    'Interarrival jitter, once a report and track',
    JITTER_SECONDS,
    STREAMS,
  ),
  swarm_client_rtt_seconds: histogram(
    'Round-trip time, once a report and track',
    LATENCY_SECONDS,
    STREAMS,
  ),
  swarm_client_quality_score: histogram(
    'Quality score of what a participant sent or received, 1 (bad) to 5 (excellent): the worst track, once a report',
    SCORES,
    STREAMS,
  ),
  swarm_client_room_quality_score: gauge(
    'Quality score of a room: the mean of its participants, each as good as the worst it received in its last report',
    ROOM,
  ),
  swarm_client_room_loss_ratio: gauge('Share of packets lost in a room, in the last reports', ROOM),
} as const satisfies MetricFamily;
