import { KNOWN, type KnownSeries } from '../../src/known/index.ts';
import { type QueryUse, withoutVariables } from '../../src/queries.ts';
import { readPromql } from './read-promql.ts';

/** Functions for counters. */
const COUNTER_FUNCTIONS = new Set(['rate', 'irate', 'increase', 'resets']);
const COUNTER_TYPES = new Set<KnownSeries['type']>(['counter', 'histogram']);
/** Expression of the alert that always fires. */
const ALWAYS = 'vector(1)';
/** Fixed window in a dashboard: `$__rate_interval` always suits the scrape interval. */
const FIXED_WINDOW = /rate\([^[]*\[(?!\$__rate_interval)/;

/**
 * Problems of a query; empty if every metric and label that it uses is exported.
 * @throws Error if it is not PromQL
 */
export const findProblems = (
  { expr, label }: Pick<QueryUse, 'expr' | 'label'>,
  series: ReadonlyMap<string, KnownSeries> = KNOWN,
): string[] => {
  const { selections, groupings, calls } = readPromql(withoutVariables(expr, '1m'));
  const unknown = selections.filter(({ metric }) => !series.has(metric));
  if (unknown.length > 0) return unknown.map(({ metric }) => `unknown metric ${metric}`);
  const has = (metric: string, name: string): boolean =>
    series.get(metric)?.labels.has(name) ?? false;
  return [
    ...(selections.length === 0 && expr.trim() !== ALWAYS ? ['selects no metric'] : []),
    ...selections.flatMap(({ metric, matchers }) =>
      [...matchers, ...(label === undefined ? [] : [label])]
        .filter((name) => !has(metric, name))
        .map((name) => `${metric} has no label ${name}`),
    ),
    ...groupings.flatMap(({ labels, metrics, made }) =>
      labels
        .filter((name) => !made.includes(name) && !metrics.some((metric) => has(metric, name)))
        .map((name) => `groups by ${name}, which is not a label of ${metrics.join(', ')}`),
    ),
    ...calls
      .filter((call) => COUNTER_FUNCTIONS.has(call.function))
      .flatMap((call) =>
        call.metrics
          .filter((metric) => !COUNTER_TYPES.has(series.get(metric)?.type ?? 'gauge'))
          .map((metric) => `${call.function} of ${metric}, which is not a counter`),
      ),
    ...(expr.includes('$') && FIXED_WINDOW.test(expr)
      ? ['rate over a fixed window instead of $__rate_interval']
      : []),
  ];
};

/** Metrics in queries that are declared to appear always, but were not scraped. */
export const missingMetrics = (uses: readonly QueryUse[], scraped: ReadonlySet<string>): string[] =>
  uses.flatMap(({ expr, owner, where }) =>
    readPromql(withoutVariables(expr, '1m'))
      .selections.filter(
        ({ metric }) => !scraped.has(metric) && KNOWN.get(metric)?.appears !== 'first_use',
      )
      .map(({ metric }) => `${metric} (${owner}, ${where})`),
  );
