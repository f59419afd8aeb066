import { describe, expect, it } from 'vitest';
import { KNOWN } from './known/index.ts';
import { queries, withoutVariables } from './queries.ts';
import { readPromql } from './testing/read-promql.ts';

/** Functions for what only ever grows. */
const OF_COUNTERS = new Set(['rate', 'irate', 'increase', 'resets']);
const asked = queries().map((query) => ({ ...query, plain: withoutVariables(query.expr, '1m') }));

describe.each(asked)('$kind of $asker, $where: $expr', ({ plain, label, expr }) => {
  const { selections, groupings, calls } = readPromql(plain);
  const labelsOf = (metric: string): ReadonlySet<string> => KNOWN.get(metric)?.labels ?? new Set();

  it('asks for what is exported', () => {
    expect(selections.length).toBeGreaterThan(0);
    expect(selections.map(({ metric }) => metric).filter((metric) => !KNOWN.has(metric))).toEqual([]);
  });

  it('asks about labels that are there', () => {
    const missing = selections.flatMap(({ metric, matchers }) => matchers.filter((name) => !labelsOf(metric).has(name)));
    expect(missing).toEqual([]);
    if (label !== undefined) for (const { metric } of selections) expect([...labelsOf(metric)]).toContain(label);
    for (const { labels, metrics } of groupings) {
      for (const name of labels)
        expect(
          metrics.some((metric) => labelsOf(metric).has(name)),
          name,
        ).toBe(true);
    }
  });

  it('takes rates of counters, and of nothing else', () => {
    for (const { function: name, metrics } of calls.filter((call) => OF_COUNTERS.has(call.function))) {
      for (const metric of metrics) expect(KNOWN.get(metric)?.type, `${name}(${metric})`).toMatch(/^(counter|histogram)$/);
    }
  });

  it('leaves the window of a rate to Grafana', () => {
    if (expr.includes('$')) expect(expr).not.toMatch(/rate\([^[]*\[(?!\$__rate_interval)/);
  });
});

describe('readPromql', () => {
  it('says what is not PromQL', () => {
    expect(() => readPromql('sum(rate(up[1m])')).toThrow('not PromQL');
    expect(() => readPromql('up{job=livekit}')).toThrow('not PromQL');
    expect(() => readPromql('{job="livekit"}')).toThrow('without a name');
  });

  it('finds metrics wherever they are', () => {
    const read = readPromql('sum by (a) (rate(x{b="1"}[5m])) / on (a) group_left y:z:w or clamp_min(q offset 5m, 0)');
    expect(read.selections).toEqual([
      { metric: 'x', matchers: ['b'] },
      { metric: 'y:z:w', matchers: [] },
      { metric: 'q', matchers: [] },
    ]);
    expect(read.groupings).toEqual([{ labels: ['a'], metrics: ['x'] }]);
    expect(read.calls.map((call) => call.function)).toEqual(['rate', 'clamp_min']);
  });
});
