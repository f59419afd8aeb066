import { describe, expect, it } from 'vitest';
import { withoutVariables } from '../queries.ts';
import { thresholdSteps } from './limits.ts';
import { boundIs, mean, quantile, rate, shareAbove } from './query.ts';

describe('thresholdSteps', () => {
  it('orders green, amber and red', () => {
    expect(thresholdSteps({ warn: 0.001, bad: 0.02 })).toEqual([
      { value: null, color: 'green' },
      { value: 0.001, color: 'orange' },
      { value: 0.02, color: 'red' },
    ]);
    expect(thresholdSteps({ bad: 1 })).toEqual([
      { value: null, color: 'green' },
      { value: 1, color: 'red' },
    ]);
  });

  it('reverses the colours if low values are bad', () => {
    expect(thresholdSteps({ warn: 4, bad: 3, lowIsBad: true })).toEqual([
      { value: null, color: 'red' },
      { value: 3, color: 'orange' },
      { value: 4, color: 'green' },
    ]);
    expect(thresholdSteps({ bad: 1, lowIsBad: true })).toEqual([
      { value: null, color: 'red' },
      { value: 1, color: 'green' },
    ]);
  });
});

describe('queries', () => {
  it('are composed from metric, selector and labels', () => {
    expect(rate('x_total', 'a="1"')).toBe('sum(rate(x_total{a="1"}[$__rate_interval]))');
    expect(rate('x_total', 'a="1"', ['b', 'c'])).toBe(
      'sum by (b, c) (rate(x_total{a="1"}[$__rate_interval]))',
    );
    expect(quantile(0.95, 'x', 'a="1"', ['b'])).toBe(
      'histogram_quantile(0.95, sum by (b, le) (rate(x_bucket{a="1"}[$__rate_interval])))',
    );
    expect(mean('x', 'a="1"')).toBe(
      'sum(rate(x_sum{a="1"}[$__rate_interval])) / (sum(rate(x_count{a="1"}[$__rate_interval])) > 0)',
    );
    expect(shareAbove(0.03, 'x', 'a="1"', ['b'])).toBe(
      '1 - sum by (b) (rate(x_bucket{a="1", le="0.03"}[$__rate_interval])) / (sum by (b) (rate(x_count{a="1"}[$__rate_interval])) > 0)',
    );
  });

  it('match the bucket bounds of Prometheus 2 and 3', () => {
    expect(boundIs(1)).toBe('le=~"1|1\\\\.0"');
    expect(boundIs(0.03)).toBe('le="0.03"');
  });

  it('are rendered without the variables of Grafana', () => {
    expect(withoutVariables('rate(x{job=~"$job", i=~"$instance"}[$__rate_interval])', '1m')).toBe(
      'rate(x{job=~".*", i=~".*"}[1m])',
    );
  });
});
