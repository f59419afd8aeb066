import type { Names } from '../config/names.ts';
import type { Alert } from '../rule.ts';
import { poolAlert } from './pool.ts';

// livekit_egress_available is unsuitable: it is 0 as soon as an instance has one request, although
// the instance accepts more.
const ACCEPTS = 'livekit_egress_can_accept_request';

/**
 * Alerts on the capacity for recordings, as livekit/egress reports it. Left out with `egress:
 * false`.
 */
export const egressAlerts = (names: Names): readonly Alert[] => {
  const { expr, description, fires, seriesOfInstance, goneTests } = poolAlert(names, {
    job: 'egress',
    accepts: ACCEPTS,
    labelsOf: (instance) => ({ node_id: `NE_${instance}`, cluster_id: '' }),
    describe: (job) =>
      `No instance of ${job} has accepted requests for five minutes: new recordings and streams fail. Those that run continue.`,
  });
  const accepts = (instance: string): string => seriesOfInstance(ACCEPTS, instance);
  const idle = (instance: string): string => seriesOfInstance('livekit_egress_available', instance);
  return [
    {
      name: 'LiveKitEgressUnavailable',
      severity: 'warning',
      expr,
      for: '5m',
      summary: 'No egress instance accepts recordings or streams.',
      description,
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
        ...goneTests('40m'),
      ],
    },
  ];
};
