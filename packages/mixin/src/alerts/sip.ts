import type { Names } from '../config/names.ts';
import type { Alert } from '../rule.ts';
import { poolAlert } from './pool.ts';

const AVAILABLE = 'livekit_sip_available';

/**
 * Alerts on phone calls, as livekit/sip reports on itself. Left out with `sip: false`. The service
 * cannot be built for tests: names and labels of its metrics are from its source code.
 */
export const sipAlerts = (names: Names): readonly Alert[] => {
  const { expr, description, fires, seriesOfInstance, goneTests } = poolAlert(names, {
    job: 'sip',
    accepts: AVAILABLE,
    labelsOf: (instance) => ({ node_id: `NS_${instance}` }),
    describe: (job) =>
      `No instance of ${job} has accepted calls for two minutes: new calls fail. Those that run continue.`,
  });
  return [
    {
      name: 'LiveKitSipUnavailable',
      severity: 'critical',
      expr,
      for: '2m',
      summary: 'No SIP instance accepts calls.',
      description,
      dashboard: 'rooms',
      test: {
        // At first one instance has no free CPU, then both.
        series: {
          [seriesOfInstance(AVAILABLE, 'a')]: '1x10 0x50',
          [seriesOfInstance(AVAILABLE, 'b')]: '1x30 0x30',
        },
        silentAt: '30m',
        firesAt: '35m',
        fires,
      },
      furtherTests: goneTests('35m'),
    },
  ];
};
