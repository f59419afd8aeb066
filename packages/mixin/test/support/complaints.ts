import { KNOWN, type KnownSeries } from '../../src/known/index.ts';
import { type AskedQuery, withoutVariables } from '../../src/queries.ts';
import { readPromql } from './read-promql.ts';

/** Functions for what only ever grows. */
const OF_COUNTERS = new Set(['rate', 'irate', 'increase', 'resets']);
const GROWING = new Set<KnownSeries['type']>(['counter', 'histogram']);
/** Grafana's own `$__rate_interval` is never too short for how often Prometheus scrapes. */
const FIXED_WINDOW = /rate\([^[]*\[(?!\$__rate_interval)/;

/**
 * What is wrong with a query, in words; nothing when all it asks for is exported.
 * @throws Error where it is not PromQL
 */
export const complaintsAbout = ({ expr, label }: Pick<AskedQuery, 'expr' | 'label'>): string[] => {
  const { selections, groupings, calls } = readPromql(withoutVariables(expr, '1m'));
  const unknown = selections.filter(({ metric }) => !KNOWN.has(metric));
  if (unknown.length > 0) return unknown.map(({ metric }) => `nobody exports ${metric}`);
  const has = (metric: string, name: string): boolean =>
    KNOWN.get(metric)?.labels.has(name) ?? false;
  return [
    ...(selections.length === 0 ? ['it asks for nothing'] : []),
    ...selections.flatMap(({ metric, matchers }) =>
      [...matchers, ...(label === undefined ? [] : [label])]
        .filter((name) => !has(metric, name))
        .map((name) => `${metric} has no label ${name}`),
    ),
    ...groupings.flatMap(({ labels, metrics }) =>
      labels
        .filter((name) => !metrics.some((metric) => has(metric, name)))
        .map((name) => `it groups by ${name}, which none of ${metrics.join(', ')} has`),
    ),
    ...calls
      .filter((call) => OF_COUNTERS.has(call.function))
      .flatMap((call) =>
        call.metrics
          .filter((metric) => !GROWING.has(KNOWN.get(metric)?.type ?? 'gauge'))
          .map((metric) => `${call.function} of ${metric}, which is no counter`),
      ),
    ...(expr.includes('$') && FIXED_WINDOW.test(expr)
      ? ['a rate over a window that Grafana should choose']
      : []),
  ];
};

/** Metrics that are asked for, were not scraped, and are not declared to appear only when something has happened. */
export const unseen = (asked: readonly AskedQuery[], scraped: ReadonlySet<string>): string[] =>
  asked.flatMap(({ expr, asker, where }) =>
    readPromql(withoutVariables(expr, '1m'))
      .selections.filter(
        ({ metric }) => !scraped.has(metric) && KNOWN.get(metric)?.appears !== 'first_use',
      )
      .map(({ metric }) => `${metric} (${asker}, ${where})`),
  );
