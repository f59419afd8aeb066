import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert } from '../rule.ts';

/** Time for which a pool without instances is remembered: PromQL duration. */
const GONE = '1d';

/**
 * Alerts on phone calls, as livekit/sip reports on itself. Left out with `sip: false`. The service
 * cannot be built for tests: names and labels of its metrics are from its source code.
 */
export const sipAlerts = ({ cluster, test }: Names): readonly Alert[] => {
  const pod = (name: string): Labels => ({
    [cluster]: test.ofJob[cluster] ?? '',
    job: 'sip',
    instance: name,
    node_id: `NS_${name}`,
  });
  const available = (name: string): string => seriesOf('livekit_sip_available', pod(name));
  const fires = [
    {
      labels: { [cluster]: test.ofJob[cluster] ?? '', job: 'sip' },
      description:
        'No instance of sip has accepted calls for two minutes: new calls fail. Those that run continue.',
    },
  ];
  return [
    {
      name: 'LiveKitSipUnavailable',
      severity: 'critical',
      // A pool whose instances are all gone has no series; one that was scaled to none is alike.
      expr: `max by (${cluster}, job) (livekit_sip_available) == 0
or
count by (${cluster}, job) (last_over_time(livekit_sip_available[${GONE}])) * 0
unless
count by (${cluster}, job) (livekit_sip_available)`,
      for: '2m',
      summary: 'No SIP instance accepts calls.',
      description:
        'No instance of {{ $labels.job }} has accepted calls for two minutes: new calls fail. Those that run continue.',
      dashboard: 'rooms',
      test: {
        // At first one instance has no free CPU, then both.
        series: {
          [available('a')]: '1x10 0x50',
          [available('b')]: '1x30 0x30',
        },
        silentAt: '30m',
        firesAt: '35m',
        fires,
      },
      furtherTests: [
        {
          // One instance ends after ten minutes, and the other one after thirty.
          series: { [available('a')]: '1x10 stale', [available('b')]: '1x30 stale' },
          silentAt: '30m',
          firesAt: '35m',
          fires,
        },
        {
          // The alert holds while the pool is gone, hours later, and ends with its memory.
          series: { [available('a')]: '1x10 stale' },
          silentAt: '25h',
          firesAt: '20h',
          fires,
        },
      ],
    },
  ];
};
