import { counter, gauge, type MetricFamily, summary } from './entry.ts';

const SIDES = ['a', 'b'] as const;
const MEDIA = ['audio', 'video'] as const;
const DIRECTIONS = ['up', 'down'] as const;
const OF_MEDIA = 'both participants must have got in, and the module must have media';

/** Why a probe failed, most basic first. A probe may have several. */
export const PROBE_FAILURES = [
  'unreachable',
  'refused',
  'join_failed',
  'join_slow',
  'disconnected',
  'not_seen',
  'not_heard',
  'loss',
  'jitter',
  'latency',
  'data_lost',
  'data_slow',
  'wrong_node',
  'timeout',
  'internal',
] as const;
export type ProbeFailure = (typeof PROBE_FAILURES)[number];

/** What scheduled probes have beside the labels of each metric. At /probe, Prometheus puts them on by relabelling. `node` is empty for the target's own URL. */
export const PROBE_TARGET_LABELS = ['target', 'module', 'node'] as const;

/**
 * Two participants of ours in a room of their own. Gauges and summaries tell of the last probe; counters add up over the probes that this exporter made of
 * the same target, module and node, in whichever way they were asked for.
 */
export const PROBE_METRICS = {
  swarm_probe_success: gauge(
    '1 when the last probe succeeded: both got in, saw and heard each other, and no limit was crossed',
  ),
  swarm_probe_duration_seconds: gauge('How long the probe took, deleting its room included'),
  swarm_probe_phase_seconds: gauge('From starting to join until the phase was reached', {
    labels: ['phase', 'side'],
    values: { phase: ['signal', 'ice', 'dtls', 'first_media'], side: SIDES },
    why: 'the phase must have been reached',
  }),
  swarm_probe_failure: gauge('1 for each reason why the last probe failed', {
    labels: ['reason'],
    values: { reason: PROBE_FAILURES },
    why: 'a probe must have failed',
  }),
  swarm_probe_participants_seen: gauge(
    'Others that this side was told of: 1 unless the room is split or the other never got in',
    {
      labels: ['side'],
      values: { side: SIDES },
    },
  ),
  swarm_probe_heard: gauge(
    '1 when media of the other side arrived at this one: audio with energy, video with keyframes, data messages',
    {
      labels: ['side'],
      values: { side: SIDES },
      why: 'the module must send something',
    },
  ),
  swarm_probe_packets_total: counter('RTP packets with media, retransmissions apart', {
    labels: ['kind', 'direction'],
    values: { kind: MEDIA, direction: DIRECTIONS },
    why: OF_MEDIA,
  }),
  swarm_probe_loss_ratio: gauge(
    'Share of packets that never came, retransmissions included; up, as the server reports it',
    {
      labels: ['kind', 'direction'],
      values: { kind: MEDIA, direction: DIRECTIONS },
      why: OF_MEDIA,
    },
  ),
  swarm_probe_jitter_seconds: gauge(
    'Interarrival jitter of received media (RFC 3550 §6.4.1), of the worse side',
    {
      labels: ['kind'],
      values: { kind: MEDIA },
      why: OF_MEDIA,
    },
  ),
  swarm_probe_latency_seconds: summary(
    'One way from publisher to subscriber through the server',
    [0.5, 0.95],
    {
      labels: ['kind'],
      values: { kind: MEDIA },
      why: OF_MEDIA,
    },
  ),
  swarm_probe_rtt_seconds: gauge('Round-trip time to the server, of the worse side', {
    why: OF_MEDIA,
  }),
  swarm_probe_nacks_total: counter(
    'NACK messages: up, received from the server; down, sent by us',
    {
      labels: ['direction'],
      values: { direction: DIRECTIONS },
      why: OF_MEDIA,
    },
  ),
  swarm_probe_plis_total: counter('PLI messages: up, received from the server; down, sent by us', {
    labels: ['direction'],
    values: { direction: DIRECTIONS },
    why: OF_MEDIA,
  }),
  swarm_probe_data_echo_seconds: summary(
    'There and back of data messages: one way to the other side and one way back, added up',
    [0.5, 0.95],
    { why: 'the module must send data, and some must have arrived' },
  ),
  swarm_probe_data_loss_ratio: gauge('Share of data messages that never came', {
    why: 'the module must send data',
  }),
  swarm_probe_node_info: gauge(
    'Which node each side was let in by, as the server calls itself: always 1',
    {
      labels: ['side', 'node_id'],
      values: { side: SIDES },
      why: 'a participant must have got in',
    },
  ),
  swarm_probe_runs_total: counter(
    'Probes by how they ended; those that were turned away were none',
    {
      labels: ['result'],
      values: { result: ['success', 'failure'] },
    },
  ),
} as const satisfies MetricFamily;
