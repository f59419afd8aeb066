import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert, Severity } from '../rule.ts';

/**
 * Fewest participants of a node for a critical alert: with fewer, the packet loss may be that of
 * one user.
 */
const MANY_PARTICIPANTS = 10;

/** Alerts on media quality, as the server measures it. */
export const mediaAlerts = ({
  node,
  perNode,
  test,
  lasting,
  config: { limits },
}: Names): readonly Alert[] => {
  const series = (metric: string, labels: Labels): string =>
    seriesOf(metric, test.livekit('a:1'), labels);
  const outgoing = { direction: 'outgoing' };
  const incoming = { direction: 'incoming' };
  const initial = { transmission: 'initial' };
  const NACKS = series('livekit_nack_total', outgoing);
  const PACKETS = series('livekit_packet_total', { ...outgoing, ...initial });
  const lossText = `{{ $labels.${node} }} loses {{ $value | humanizePercentage }} of its {{ $labels.direction }} packets. Above ${limits.loss * 100} %, users notice.`;
  const loss = (lost: string) => ({
    [series('livekit_packet_loss_total', { ...outgoing, source: 'MICROPHONE', type: 'AUDIO' })]:
      lost,
    [PACKETS]: '0+6000x50',
    [series('livekit_packet_total', { ...incoming, ...initial })]: '0+6000x50',
  });
  const participants = (count: number) => ({
    [series('livekit_participant_total', { node_id: 'ND_1' })]: `${count}x50`,
    [series('livekit_session_start_time_ms_count', { node_id: 'ND_1' })]: `${count}x50`,
  });
  const lost = (severity: Severity, share: string) => ({
    labels: { ...test.ofNode('a:1'), ...outgoing, severity },
    description: `a:1 loses ${share} of its outgoing packets. Above ${limits.loss * 100} %, users notice.`,
  });
  return [
    {
      name: 'LiveKitPacketLossHigh',
      severity: 'critical',
      // With few participants, one of them may have an impaired network.
      expr: `instance_direction:livekit_packet_loss:ratio_rate5m > ${limits.lossCritical}
and on (${perNode})
instance:livekit_participants:active >= ${MANY_PARTICIPANTS}`,
      for: '5m',
      summary: 'Packet loss is high.',
      description: lossText,
      dashboard: 'media',
      test: {
        series: {
          ...loss('0x10 0+600x40'),
          ...participants(40),
        },
        silentAt: '10m',
        firesAt: '35m',
        fires: [lost('critical', '10%'), lost('warning', '10%')],
      },
    },
    {
      name: 'LiveKitPacketLossHigh',
      severity: 'warning',
      expr: `instance_direction:livekit_packet_loss:ratio_rate5m > ${limits.loss}`,
      for: lasting(120),
      summary: 'Packet loss is high.',
      description: lossText,
      dashboard: 'media',
      test: {
        series: {
          ...loss('0x10 0+600x40'),
          ...participants(3),
        },
        silentAt: '10m',
        firesAt: '35m',
        fires: [lost('warning', '10%')],
      },
    },
    {
      name: 'LiveKitJitterHigh',
      severity: 'warning',
      // Mobile and wireless networks of users cause jitter as well: neither a few such users nor
      // one minute of it indicates a defect of the node.
      expr: `instance_direction:livekit_jitter_high:ratio_rate5m > ${limits.jitterShare}`,
      for: '10m',
      summary: 'Jitter is high.',
      description: `On {{ $labels.${node} }}, {{ $value | humanizePercentage }} of the {{ $labels.direction }} streams have more than ${limits.jitter} ms of jitter.`,
      dashboard: 'media',
      test: {
        series: {
          [series('livekit_jitter_us_bucket', { ...incoming, le: `${limits.jitter * 1_000}` })]:
            '0+100x10 1000+80x30',
          [series('livekit_jitter_us_count', incoming)]: '0+100x40',
        },
        // Above the limit since the 14th minute.
        silentAt: '20m',
        firesAt: '30m',
        fires: [
          {
            labels: { ...test.ofNode('a:1'), ...incoming },
            description: `On a:1, 20% of the incoming streams have more than ${limits.jitter} ms of jitter.`,
          },
        ],
      },
      furtherTests: [
        {
          // Every eighth stream belongs to a mobile user. Later the node has jitter as well.
          series: {
            [series('livekit_jitter_us_bucket', { ...incoming, le: `${limits.jitter * 1_000}` })]:
              '0+88x120 10560+70x40',
            [series('livekit_jitter_us_count', incoming)]: '0+100x160',
          },
          silentAt: '120m',
          firesAt: '150m',
          fires: [
            {
              labels: { ...test.ofNode('a:1'), ...incoming },
              description: `On a:1, 30% of the incoming streams have more than ${limits.jitter} ms of jitter.`,
            },
          ],
        },
      ],
    },
    {
      name: 'LiveKitNacksRising',
      severity: 'info',
      // Fires above 1 per second and three times the rate per packet of the last hour: more
      // participants cause more NACKs, but not more per packet.
      expr: `instance_direction:livekit_nack:rate5m > 1
and
instance_direction:livekit_nack_per_packet:ratio_rate5m > 3 * instance_direction:livekit_nack_per_packet:ratio_rate1h`,
      for: '2m',
      summary: 'NACK rate is rising.',
      description: `{{ $labels.${node} }}: {{ $value | humanize }} NACKs per second ({{ $labels.direction }}). The loss is still recovered.`,
      dashboard: 'media',
      test: {
        series: { [NACKS]: '0+6x60 360+600x20', [PACKETS]: '0+6000x80' },
        silentAt: '60m',
        firesAt: '67m',
        fires: [
          {
            labels: { ...test.ofNode('a:1'), ...outgoing },
            description: 'a:1: 10 NACKs per second (outgoing). The loss is still recovered.',
          },
        ],
      },
      furtherTests: [
        {
          // A new node with the usual rate.
          series: { [NACKS]: '_x5 0+120x55 6600+1200x20', [PACKETS]: '_x5 0+6000x75' },
          silentAt: '15m',
          firesAt: '70m',
          fires: [
            {
              labels: { ...test.ofNode('a:1'), ...outgoing },
              description: 'a:1: 20 NACKs per second (outgoing). The loss is still recovered.',
            },
          ],
        },
        {
          // Ten times as many participants, packets and NACKs. Later the network is impaired.
          series: {
            [NACKS]: '0+12x60 720+120x60 7920+1200x20',
            [PACKETS]: '0+6000x60 360000+60000x80',
          },
          silentAt: '67m',
          firesAt: '130m',
          fires: [
            {
              labels: { ...test.ofNode('a:1'), ...outgoing },
              description: 'a:1: 20 NACKs per second (outgoing). The loss is still recovered.',
            },
          ],
        },
      ],
    },
  ];
};
