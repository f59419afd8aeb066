import { type MixinConfig, SLO_WINDOW_MS, SLOS, type Slo } from '@livekit-swarm/mixin';
import type { Exclusion, MonthReport, SloResult } from '@livekit-swarm/report/slo';
import type { Month, MonthWindow } from './month.ts';
import type { PrometheusApi, WindowedSeries } from './prometheus-api.ts';

type Counted = Pick<SloResult, 'total' | 'bad'>;

export interface SloQuery {
  limits: MixinConfig['limits'];
  /** The label that names a cluster. */
  clusterLabel: string;
  /** Label selector of the recordings: `cluster="eu"`; null: all. */
  selector: string | null;
  /** Time spans that do not count, beside drills. */
  exclude: readonly MonthWindow[];
  /** Count drills, or load tests, too. */
  withDrills: boolean;
  withLoadTests: boolean;
}

/** Metrics that announce a time, with the label that names what is announced. */
const ANNOUNCED = [
  {
    by: 'drill',
    label: 'drill',
    // The series exists from before the first fault until the end of the drill.
    query: 'count by (%, drill) (count_over_time(livekit_swarm_chaos_participants{drill!=""}[5m]))',
  },
  {
    by: 'load_test',
    label: 'scenario',
    // The series is positive while participants join, or are in rooms.
    query:
      'count by (%, scenario) (max_over_time(livekit_swarm_run_participants{state=~"waiting|connected"}[5m]) > 0)',
  },
] as const;

/**
 * Figures of a month, without announced drills and load tests.
 * @throws SwarmError when Prometheus has no answer
 */
export const sloReport = async (
  api: PrometheusApi,
  month: Month,
  query: SloQuery,
): Promise<MonthReport> => {
  const ask = (text: string): Promise<WindowedSeries[]> =>
    api.queryWindows(text, month, SLO_WINDOW_MS);
  const counts = { drill: query.withDrills, load_test: query.withLoadTests };
  const announced: Exclusion[] = [];
  for (const { by, label, query: text } of ANNOUNCED) {
    if (counts[by]) continue;
    for (const series of await ask(text.replace('%', query.clusterLabel)))
      announced.push(
        ...spansOf(series).map((span) => ({
          ...span,
          by,
          name: series.labels[label] ?? '',
          cluster: series.labels[query.clusterLabel] ?? '',
          applies: false,
        })),
      );
  }
  const exclusions = [
    ...announced,
    ...query.exclude
      .filter(({ fromMs, toMs }) => fromMs < month.toMs && toMs > month.fromMs)
      .map(
        (span): Exclusion => ({ ...span, by: 'flag', name: null, cluster: null, applies: false }),
      ),
  ].toSorted((a, b) => a.fromMs - b.fromMs);
  const results: SloResult[] = [];
  for (const slo of SLOS) {
    const [totals, bads] = await Promise.all(
      [slo.total, slo.bad].map((metric) => ask(`${metric}{${query.selector ?? ''}}`)),
    );
    const badOf = new Map((bads ?? []).map(({ labels, values }) => [keyOf(labels), values]));
    for (const { labels, values } of totals ?? [])
      results.push(
        resultOf(slo, { labels, values }, badOf.get(keyOf(labels)) ?? new Map(), {
          month,
          exclusions,
          query,
        }),
      );
  }
  const applies = (one: Exclusion): boolean =>
    results.some(({ labels }) => concerns(one, labels, query.clusterLabel));
  return {
    ...month,
    exclusions: exclusions.map((one) => ({ ...one, applies: applies(one) })),
    results,
  };
};

/**
 * Returns true when an exclusion applies to a deployment; one without a cluster label does not
 * apply to named clusters.
 */
const concerns = (
  { cluster }: Exclusion,
  labels: Readonly<Record<string, string>>,
  clusterLabel: string,
): boolean => cluster === null || cluster === (labels[clusterLabel] ?? '');

/** Key of a deployment: its labels without the name of the recording. */
const keyOf = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(named(labels)).toSorted());

const named = ({ __name__: _metric, ...labels }: Readonly<Record<string, string>>) => labels;

const resultOf = (
  slo: Slo,
  { labels, values }: WindowedSeries,
  bad: ReadonlyMap<number, number>,
  { month, exclusions, query }: { month: Month; exclusions: readonly Exclusion[]; query: SloQuery },
): SloResult => {
  const mine = exclusions.filter((one) => concerns(one, labels, query.clusterLabel));
  const counted: Counted = { total: 0, bad: 0 };
  const excluded: Counted = { total: 0, bad: 0 };
  const after = slo.windowsAfter * SLO_WINDOW_MS;
  let windows = 0;
  let expected = 0;
  for (let end = month.fromMs + SLO_WINDOW_MS; end <= month.toMs; end += SLO_WINDOW_MS) {
    const out = mine.some(({ fromMs, toMs }) => fromMs < end && toMs + after > end - SLO_WINDOW_MS);
    if (!out) expected++;
    const total = values.get(end);
    const failed = total === 0 ? 0 : bad.get(end);
    // A time without figures is not good: the outage may have stopped Prometheus or the exporter,
    // too.
    if (total === undefined || failed === undefined) continue;
    if (!out) windows++;
    const into = out ? excluded : counted;
    into.total += total * slo.factor;
    into.bad += Math.min(total, failed) * slo.factor;
  }
  // A join that begins in one window and has media in the next adds to the first and takes from the
  // second.
  for (const sum of [counted, excluded]) sum.bad = Math.max(0, sum.bad);
  const objective = slo.objective(query.limits);
  const badShare = counted.total > 0 ? counted.bad / counted.total : null;
  return {
    slo: slo.id,
    title: slo.title,
    unit: slo.unit,
    labels: named(labels),
    objective,
    ...counted,
    good: badShare === null ? null : 1 - badShare,
    met: badShare === null ? null : badShare <= 1 - objective,
    budgetUsed: badShare === null ? null : badShare / (1 - objective),
    covered: expected === 0 ? 0 : windows / expected,
    unknownMs: (expected - windows) * SLO_WINDOW_MS,
    excluded,
  };
};

/** Joins consecutive windows to time spans. */
const spansOf = ({ values }: WindowedSeries): MonthWindow[] => {
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const end of [...values.keys()].toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && last.toMs >= end - SLO_WINDOW_MS) last.toMs = end;
    else spans.push({ fromMs: end - SLO_WINDOW_MS, toMs: end });
  }
  return spans;
};
