import { type Names, seriesOf } from '../config/names.ts';
import type { Alert, RuleTest, Severity } from '../rule.ts';

/**
 * Window pair of a burn-rate alert, the factor by which the error budget of thirty days is
 * exceeded, severity and `for` (Site Reliability Workbook, chapter 5).
 */
interface Burn {
  long: string;
  short: string;
  factor: number;
  severity: Severity;
  for: string;
}

const BURNS: readonly Burn[] = [
  { long: '1h', short: '5m', factor: 14.4, severity: 'critical', for: '2m' },
  { long: '6h', short: '30m', factor: 6, severity: 'critical', for: '15m' },
  { long: '1d', short: '2h', factor: 3, severity: 'warning', for: '1h' },
  { long: '3d', short: '6h', factor: 1, severity: 'warning', for: '3h' },
];

/**
 * Burn-rate alerts on the join objective: fast burns page, slow ones warn. The label `window` is
 * the long window.
 */
const burnAlerts = (names: Names): Alert[] => {
  const { joinObjective, joinFailures } = names.config.limits;
  const budget = Number((1 - joinObjective).toPrecision(6));
  const sentence = (share: string, { long, factor }: Burn): string =>
    `${share} of joins in the last ${long} did not establish media; the SLO allows ${budget * 100} % (burn rate above ${factor}).`;
  const tests = burnTests(names, (share, burn) => ({
    labels: { ...names.test.ofJob, severity: burn.severity, window: burn.long },
    description: sentence(share, burn),
  }));
  return BURNS.map((burn) => {
    const { long, short, factor, severity, for: pending } = burn;
    const limit = Number((factor * budget).toPrecision(6));
    const [test, ...furtherTests] = tests[long] ?? [];
    if (test === undefined) throw new Error(`the window ${long} has no test`);
    return {
      name: 'LiveKitJoinsFailing',
      severity,
      labels: { window: long },
      expr: `job:livekit_join_errors:ratio_rate${long} > ${limit}
and
job:livekit_join_errors:ratio_rate${short} > ${limit}
and
job:livekit_joins_failed:increase${long} >= ${joinFailures}`,
      for: pending,
      summary: 'Users cannot join LiveKit rooms.',
      description: sentence('{{ $value | humanizePercentage }}', burn),
      dashboard: 'cluster',
      test,
      furtherTests,
    };
  });
};

type Fires = (share: string, burn: Burn) => RuleTest['fires'][number];

/** Rule tests of the burn-rate alerts, by long window. */
const burnTests = ({ test }: Names, fires: Fires): Record<string, RuleTest[]> => {
  const state = (name: string): string =>
    seriesOf('livekit_participant_join_total', test.livekit('a:1'), { state: name });
  /** Series of 100 joins per minute: none fails in the first hour, `percent` after it. */
  const failing = (percent: number, minutes: number) => ({
    [state('rtc_init')]: `0+100x${minutes}`,
    [state('rtc_active')]: `0+100x60 ${6_000 + 100 - percent}+${100 - percent}x${minutes - 61}`,
  });
  const firing = (shares: Readonly<Record<string, string>>): RuleTest['fires'] =>
    BURNS.flatMap((burn) => {
      const share = shares[burn.long];
      return share === undefined ? [] : [fires(share, burn)];
    });
  return {
    '1h': [
      {
        series: failing(50, 130),
        silentAt: '60m',
        firesAt: '123m',
        fires: firing({ '1h': '50%', '6h': '25.61%' }),
      },
      {
        // No join ever succeeded: the firewall was closed from the start of the deployment.
        series: { [state('rtc_init')]: '_x60 0+60x60' },
        silentAt: '60m',
        firesAt: '80m',
        fires: firing({ '1h': '100%', '6h': '100%' }),
      },
      {
        // A few joins with one client that gives up while it connects: all joins of the last hours
        // failed. Later the firewall is closed.
        series: {
          [state('rtc_init')]: '100x60 101x30 101+60x10',
          [state('rtc_active')]: '100x101',
        },
        silentAt: '64m',
        firesAt: '98m',
        fires: firing({ '1h': '100%' }),
      },
      {
        // A new node is scraped during its first two joins: none has succeeded, so there is no
        // series of successful joins.
        series: {
          [state('rtc_init')]: '_x5 2 25x60 25+60x10',
          [state('rtc_active')]: '_x6 25x71',
        },
        silentAt: '9m',
        firesAt: '72m',
        fires: firing({ '1h': '100%' }),
      },
    ],
    '6h': [
      {
        series: failing(8, 300),
        silentAt: '60m',
        firesAt: '280m',
        fires: firing({ '6h': '6.286%', '1d': '6.286%', '3d': '6.286%' }),
      },
    ],
    '1d': [
      {
        series: failing(4, 320),
        silentAt: '60m',
        firesAt: '310m',
        fires: firing({ '1d': '3.226%', '3d': '3.226%' }),
      },
    ],
    '3d': [
      {
        // Three days in which too many joins fail for the longest pair of windows, but not for
        // shorter ones.
        interval: '10m',
        series: {
          [state('rtc_init')]: '0+1000x450',
          [state('rtc_active')]: '0+1000x6 6971+971x443',
        },
        silentAt: '60m',
        firesAt: '4450m',
        fires: firing({ '3d': '2.9%' }),
      },
    ],
  };
};

/** Alerts on success and duration of joins. */
export const joinAlerts = (names: Names): readonly Alert[] => [
  ...burnAlerts(names),
  slowJoins(names),
];

const slowJoins = ({ test, config: { limits } }: Names): Alert => {
  const bucket = (le: string): string =>
    seriesOf('livekit_session_start_time_ms_bucket', test.livekit('a:1'), { le });
  return {
    name: 'LiveKitJoinsSlow',
    severity: 'warning',
    expr: `job:livekit_session_start:p95_5m > ${limits.join / 1_000}`,
    for: '5m',
    summary: 'Joins are slow.',
    description:
      '5 % of joins take longer than {{ $value | humanizeDuration }} until the session starts.',
    dashboard: 'cluster',
    test: {
      series: {
        [bucket('1000')]: '0+100x10 1000+0x40',
        [bucket('4000')]: '0+100x50',
        [bucket('+Inf')]: '0+100x50',
      },
      silentAt: '10m',
      firesAt: '30m',
      fires: [
        {
          labels: test.ofJob,
          description: '5 % of joins take longer than 3.85s until the session starts.',
        },
      ],
    },
  };
};
