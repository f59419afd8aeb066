import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert } from '../rule.ts';

/** Time for which a pool without instances is remembered: PromQL duration. */
const GONE = '1d';

/**
 * Alerts on the capacity for recordings, as livekit/egress reports it. Left out with `egress:
 * false`.
 */
export const egressAlerts = ({ cluster, test }: Names): readonly Alert[] => {
  const pod = (name: string): Labels => ({
    [cluster]: test.ofJob[cluster] ?? '',
    job: 'egress',
    instance: name,
    node_id: `NE_${name}`,
    cluster_id: '',
  });
  const accepts = (name: string): string =>
    seriesOf('livekit_egress_can_accept_request', pod(name));
  const idle = (name: string): string => seriesOf('livekit_egress_available', pod(name));
  const fires = [
    {
      labels: { [cluster]: test.ofJob[cluster] ?? '', job: 'egress' },
      description:
        'No instance of egress has accepted requests for five minutes: new recordings and streams fail. Those that run continue.',
    },
  ];
  return [
    {
      name: 'LiveKitEgressUnavailable',
      severity: 'warning',
      // livekit_egress_available is unsuitable: it is 0 as soon as an instance has one request,
      // although the instance accepts more.
      // A pool whose instances are all gone has no series; one that was scaled to none is alike.
      expr: `max by (${cluster}, job) (livekit_egress_can_accept_request) == 0
or
count by (${cluster}, job) (last_over_time(livekit_egress_can_accept_request[${GONE}])) * 0
unless
count by (${cluster}, job) (livekit_egress_can_accept_request)`,
      for: '5m',
      summary: 'No egress instance accepts recordings or streams.',
      description:
        'No instance of {{ $labels.job }} has accepted requests for five minutes: new recordings and streams fail. Those that run continue.',
      dashboard: 'rooms',
      test: {
        // At first both instances have one request and accept more. Then one instance is full, and
        // at last both are.
        series: {
          [idle('a')]: '0x60',
          [idle('b')]: '0x60',
          [accepts('a')]: '1x10 0x50',
          [accepts('b')]: '1x30 0x30',
        },
        silentAt: '30m',
        firesAt: '40m',
        fires,
      },
      furtherTests: [
        {
          // A single instance that is full for four minutes of each five.
          series: { [accepts('a')]: '0x3 1 0x3 1 0x3 1 0x3 1 0x20' },
          silentAt: '15m',
          firesAt: '25m',
          fires,
        },
        {
          // One instance ends after ten minutes, and the other one, busy all the time, after thirty.
          series: { [accepts('a')]: '1x10 stale', [accepts('b')]: '1x30 stale' },
          silentAt: '30m',
          firesAt: '40m',
          fires,
        },
        {
          // The alert holds while the pool is gone, hours later, and ends with its memory.
          series: { [accepts('a')]: '1x10 stale' },
          silentAt: '25h',
          firesAt: '20h',
          fires,
        },
      ],
    },
  ];
};
