import type { Alert, Proof, Severity } from '../rule.ts';
import { JOBS, LIMITS } from '../settings.ts';

/** Long and short window, how much faster than allowed the budget of thirty days is used up, how urgent that is, and how long its proof takes. */
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

const allFailed = (long: string, factor: number): Proof['fires'] => [
  {
    labels: { job: JOBS.livekit },
    description: `100% of the joins of the last ${long} never got media through: ${factor} times what the objective of ${LIMITS.joinObjective * 100} % allows.`,
  },
];

const ofFewJoins = (long: string, factor: number, minutes: number): Proof[] => [
  {
    // A quiet night, and one who closes the page while it connects: all joins of the last hours. Then the firewall is closed.
    series: {
      [joins('rtc_init')]: `100x60 101x30 101+60x${minutes - 90}`,
      [joins('rtc_active')]: `100x${minutes}`,
    },
    silentAt: '64m',
    firesAt: `${minutes - 5}m`,
    fires: allFailed(long, factor),
  },
  {
    // A node has just started, and is scraped while its first two people are on their way: nobody has got in yet, there is no series of those who did.
    series: {
      [joins('rtc_init')]: `_x5 2 25x60 25+60x${minutes - 66}`,
      [joins('rtc_active')]: `_x6 25x${minutes - 6}`,
    },
    silentAt: '9m',
    firesAt: `${minutes - 5}m`,
    fires: allFailed(long, factor),
  },
];

/** Whether people get in, and how fast. */
export const JOIN_ALERTS: readonly Alert[] = [
  ...BURNS.map(
    ({ long, short, factor, severity, name, for: patience, minutes }): Alert => ({
      name,
      severity,
      expr: `job:livekit_join_errors:ratio_rate${long} > ${Number((factor * budget).toPrecision(6))}
and
job:livekit_join_errors:ratio_rate${short} > ${Number((factor * budget).toPrecision(6))}
and
job:livekit_joins_failed:increase${long} >= ${LIMITS.joinFailures}`,
      for: patience,
      summary: 'People cannot join calls.',
      description: `{{ $value | humanizePercentage }} of the joins of the last ${long} never got media through: ${factor} times what the objective of ${LIMITS.joinObjective * 100} % allows.`,
      dashboard: 'cluster',
      proof: {
        // Nobody fails for an hour, then every second one does, until the long window holds nothing else.
        series: {
          [joins('rtc_init')]: `0+60x${minutes}`,
          [joins('rtc_active')]: `0+60x60 3630+30x${minutes - 60}`,
        },
        silentAt: '60m',
        firesAt: `${minutes - 5}m`,
        fires: [
          {
            labels: { job: JOBS.livekit },
            description: `50% of the joins of the last ${long} never got media through: ${factor} times what the objective of ${LIMITS.joinObjective * 100} % allows.`,
          },
        ],
      },
      furtherProofs: [
        {
          // Nobody ever got in: a deployment whose firewall was closed from the beginning.
          series: { [joins('rtc_init')]: `_x60 0+60x${minutes - 60}` },
          silentAt: '60m',
          firesAt: `${minutes - 5}m`,
          fires: allFailed(long, factor),
        },
        // The others wait longer than either lasts.
        ...(name === 'LiveKitJoinsFailingFast' ? ofFewJoins(long, factor, minutes) : []),
      ],
    }),
  ),
  {
    name: 'LiveKitJoinsSlow',
    severity: 'warning',
    expr: `job:livekit_session_start:p95_5m > ${LIMITS.joinSeconds}`,
    for: '5m',
    summary: 'Joining a call takes long.',
    description:
      'Five of a hundred people wait longer than {{ $value | humanizeDuration }} until media can flow.',
    dashboard: 'cluster',
    proof: {
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
          description: 'Five of a hundred people wait longer than 3.85s until media can flow.',
        },
      ],
    },
  },
];
