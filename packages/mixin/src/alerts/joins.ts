import type { Alert, RuleTest, Severity } from '../rule.ts';
import { JOBS, LIMITS } from '../settings.ts';

/** Burn-rate alerts: long and short window, the factor by which the error budget of thirty days is exceeded, severity, and the length of the rule test. */
const BURNS: readonly {
  long: string;
  short: string;
  factor: number;
  severity: Severity;
  name: string;
  for: string;
  minutes: number;
}[] = [
  {
    long: '1h',
    short: '5m',
    factor: 14.4,
    severity: 'critical',
    name: 'LiveKitJoinsFailingFast',
    for: '2m',
    minutes: 150,
  },
  {
    long: '6h',
    short: '30m',
    factor: 6,
    severity: 'critical',
    name: 'LiveKitJoinsFailing',
    for: '15m',
    minutes: 480,
  },
  {
    long: '1d',
    short: '2h',
    factor: 3,
    severity: 'warning',
    name: 'LiveKitJoinsFailingSlowly',
    for: '1h',
    minutes: 1_620,
  },
  {
    long: '3d',
    short: '6h',
    factor: 1,
    severity: 'warning',
    name: 'LiveKitJoinsFailingForDays',
    for: '3h',
    minutes: 4_500,
  },
];

const budget = Number((1 - LIMITS.joinObjective).toPrecision(6));

const joins = (state: string): string =>
  `livekit_participant_join_total{job="${JOBS.livekit}", instance="a:1", state="${state}"}`;

const allFailed = (long: string, factor: number): RuleTest['fires'] => [
  {
    labels: { job: JOBS.livekit },
    description: `100% of joins in the last ${long} did not establish media; the SLO allows ${budget * 100} % (burn rate above ${factor}).`,
  },
];

const ofFewJoins = (long: string, factor: number, minutes: number): RuleTest[] => [
  {
    // Few joins, and one client that gives up while it connects: all joins of the last hours failed. Later the firewall is closed.
    series: {
      [joins('rtc_init')]: `100x60 101x30 101+60x${minutes - 90}`,
      [joins('rtc_active')]: `100x${minutes}`,
    },
    silentAt: '64m',
    firesAt: `${minutes - 5}m`,
    fires: allFailed(long, factor),
  },
  {
    // A new node is scraped during its first two joins: none has succeeded, so there is no series of successful joins.
    series: {
      [joins('rtc_init')]: `_x5 2 25x60 25+60x${minutes - 66}`,
      [joins('rtc_active')]: `_x6 25x${minutes - 6}`,
    },
    silentAt: '9m',
    firesAt: `${minutes - 5}m`,
    fires: allFailed(long, factor),
  },
];

/** Success and duration of joins. */
export const JOIN_ALERTS: readonly Alert[] = [
  ...BURNS.map(
    ({ long, short, factor, severity, name, for: pending, minutes }): Alert => ({
      name,
      severity,
      expr: `job:livekit_join_errors:ratio_rate${long} > ${Number((factor * budget).toPrecision(6))}
and
job:livekit_join_errors:ratio_rate${short} > ${Number((factor * budget).toPrecision(6))}
and
job:livekit_joins_failed:increase${long} >= ${LIMITS.joinFailures}`,
      for: pending,
      summary: 'Users cannot join LiveKit rooms.',
      description: `{{ $value | humanizePercentage }} of joins in the last ${long} did not establish media; the SLO allows ${budget * 100} % (burn rate above ${factor}).`,
      dashboard: 'cluster',
      test: {
        // No join fails for an hour; then every second join fails until the long window contains only that.
        series: {
          [joins('rtc_init')]: `0+60x${minutes}`,
          [joins('rtc_active')]: `0+60x60 3630+30x${minutes - 60}`,
        },
        silentAt: '60m',
        firesAt: `${minutes - 5}m`,
        fires: [
          {
            labels: { job: JOBS.livekit },
            description: `50% of joins in the last ${long} did not establish media; the SLO allows ${budget * 100} % (burn rate above ${factor}).`,
          },
        ],
      },
      furtherTests: [
        {
          // No join ever succeeded: the firewall was closed from the start of the deployment.
          series: { [joins('rtc_init')]: `_x60 0+60x${minutes - 60}` },
          silentAt: '60m',
          firesAt: `${minutes - 5}m`,
          fires: allFailed(long, factor),
        },
        // The other alerts have longer windows than these cases last.
        ...(name === 'LiveKitJoinsFailingFast' ? ofFewJoins(long, factor, minutes) : []),
      ],
    }),
  ),
  {
    name: 'LiveKitJoinsSlow',
    severity: 'warning',
    expr: `job:livekit_session_start:p95_5m > ${LIMITS.joinSeconds}`,
    for: '5m',
    summary: 'Joins are slow.',
    description:
      '5 % of joins take longer than {{ $value | humanizeDuration }} until the session starts.',
    dashboard: 'cluster',
    test: {
      series: {
        'livekit_session_start_time_ms_bucket{job="livekit", instance="a:1", le="1000"}':
          '0+100x10 1000+0x40',
        'livekit_session_start_time_ms_bucket{job="livekit", instance="a:1", le="4000"}':
          '0+100x50',
        'livekit_session_start_time_ms_bucket{job="livekit", instance="a:1", le="+Inf"}':
          '0+100x50',
      },
      silentAt: '10m',
      firesAt: '30m',
      fires: [
        {
          labels: { job: 'livekit' },
          description: '5 % of joins take longer than 3.85s until the session starts.',
        },
      ],
    },
  },
];
