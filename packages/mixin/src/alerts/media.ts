import type { Alert } from '../rule.ts';
import { LIMITS } from '../settings.ts';

const NACKS = 'livekit_nack_total{job="livekit", instance="a:1", direction="outgoing"}';
const PACKETS =
  'livekit_packet_total{job="livekit", instance="a:1", direction="outgoing", transmission="initial"}';

/** Media quality as the server measures it. */
export const MEDIA_ALERTS: readonly Alert[] = [
  {
    name: 'LiveKitPacketLossHigh',
    severity: 'warning',
    expr: `instance_direction:livekit_packet_loss:ratio_rate5m > ${LIMITS.loss}`,
    for: '1m',
    summary: 'Packet loss is high.',
    description:
      '{{ $labels.instance }} loses {{ $value | humanizePercentage }} of its {{ $labels.direction }} packets. Above 2 %, users notice.',
    dashboard: 'media',
    test: {
      series: {
        'livekit_packet_loss_total{job="livekit", instance="a:1", direction="outgoing", source="MICROPHONE", type="AUDIO"}':
          '0x10 0+300x30',
        'livekit_packet_total{job="livekit", instance="a:1", direction="outgoing", transmission="initial"}':
          '0+6000x40',
        'livekit_packet_total{job="livekit", instance="a:1", direction="incoming", transmission="initial"}':
          '0+6000x40',
      },
      silentAt: '10m',
      firesAt: '25m',
      fires: [
        {
          labels: { job: 'livekit', instance: 'a:1', direction: 'outgoing' },
          description: 'a:1 loses 5% of its outgoing packets. Above 2 %, users notice.',
        },
      ],
    },
  },
  {
    name: 'LiveKitJitterHigh',
    severity: 'warning',
    expr: `instance_direction:livekit_jitter_high:ratio_rate5m > ${LIMITS.jitterShare}`,
    for: '2m',
    summary: 'Jitter is high.',
    description:
      'On {{ $labels.instance }}, {{ $value | humanizePercentage }} of the {{ $labels.direction }} streams have more than 30 ms of jitter.',
    dashboard: 'media',
    test: {
      series: {
        'livekit_jitter_us_bucket{job="livekit", instance="a:1", direction="incoming", le="30000"}':
          '0+100x10 1000+80x30',
        'livekit_jitter_us_count{job="livekit", instance="a:1", direction="incoming"}': '0+100x40',
      },
      silentAt: '10m',
      firesAt: '25m',
      fires: [
        {
          labels: { job: 'livekit', instance: 'a:1', direction: 'incoming' },
          description: 'On a:1, 20% of the incoming streams have more than 30 ms of jitter.',
        },
      ],
    },
  },
  {
    name: 'LiveKitNacksRising',
    severity: 'info',
    // Above 1 per second, and three times the rate per packet of the last hour: more participants cause more NACKs, but not more per packet.
    expr: `instance_direction:livekit_nack:rate5m > 1
and
instance_direction:livekit_nack_per_packet:ratio_rate5m > 3 * instance_direction:livekit_nack_per_packet:ratio_rate1h`,
    for: '2m',
    summary: 'NACK rate is rising.',
    description:
      '{{ $labels.instance }}: {{ $value | humanize }} NACKs per second ({{ $labels.direction }}). The loss is still recovered.',
    dashboard: 'media',
    test: {
      series: { [NACKS]: '0+6x60 360+600x20', [PACKETS]: '0+6000x80' },
      silentAt: '60m',
      firesAt: '67m',
      fires: [
        {
          labels: { job: 'livekit', instance: 'a:1', direction: 'outgoing' },
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
            labels: { job: 'livekit', instance: 'a:1', direction: 'outgoing' },
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
            labels: { job: 'livekit', instance: 'a:1', direction: 'outgoing' },
            description: 'a:1: 20 NACKs per second (outgoing). The loss is still recovered.',
          },
        ],
      },
    ],
  },
];
