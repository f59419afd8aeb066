import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert, Severity } from '../rule.ts';

/** Fewest participants with a recent report: with fewer, one bad network would be a high share. */
const REPORTING = 10;

/** Alerts on quality that browsers of real users report through the beacon. */
export const userAlerts = ({ cluster, test, config }: Names): readonly Alert[] => {
  const { poorReports, poorReportsCritical } = config.limits;
  const exporter = test.of('exporter', 'e:1');
  const stream: Labels = { direction: 'down', kind: 'video', sdk: 'js', browser: 'chrome' };
  const bucket = seriesOf('livekit_swarm_client_quality_score_bucket', exporter, stream, {
    le: '3',
  });
  const count = seriesOf('livekit_swarm_client_quality_score_count', exporter, stream);
  const sessions = (participants: string) => ({
    [seriesOf('livekit_swarm_client_sessions', exporter, { sdk: 'js', browser: 'chrome' })]:
      participants,
  });
  const fires = (severity: Severity, share: string) => ({
    labels: {
      [cluster]: exporter[cluster] ?? '',
      job: test.job('exporter'),
      direction: 'down',
      kind: 'video',
      severity,
    },
    description: `${share} of the reports of browsers have a quality score of 3 or less (video, down).`,
  });
  const alert = (severity: Severity, limit: number): Omit<Alert, 'test'> => ({
    name: 'LiveKitUserQualityLow',
    severity,
    expr: `job_direction_kind:livekit_swarm_client_poor_reports:ratio_rate15m > ${limit}
and on (${cluster}, job)
sum by (${cluster}, job) (livekit_swarm_client_sessions) >= ${REPORTING}`,
    for: '10m',
    summary: 'Users have bad calls.',
    description:
      '{{ $value | humanizePercentage }} of the reports of browsers have a quality score of 3 or less ({{ $labels.kind }}, {{ $labels.direction }}).',
    dashboard: 'media',
  });
  return [
    {
      ...alert('critical', poorReportsCritical),
      test: {
        series: { [bucket]: '0+1x20 20+50x30', [count]: '0+100x50', ...sessions('40x50') },
        silentAt: '20m',
        firesAt: '40m',
        fires: [fires('critical', '50%'), fires('warning', '50%')],
      },
    },
    {
      ...alert('warning', poorReports),
      test: {
        series: { [bucket]: '0+1x20 20+20x30', [count]: '0+100x50', ...sessions('40x50') },
        silentAt: '20m',
        firesAt: '40m',
        fires: [fires('warning', '20%')],
      },
      furtherTests: [
        {
          // At night three users report, one of them with bad Wi-Fi; more users follow in the
          // morning.
          series: { [bucket]: '0+20x60', [count]: '0+100x60', ...sessions('3x30 30x30') },
          silentAt: '30m',
          firesAt: '45m',
          fires: [fires('warning', '20%')],
        },
      ],
    },
  ];
};
