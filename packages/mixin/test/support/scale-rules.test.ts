import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderRules } from '../../src/render-rules.ts';
import { SHIPPED } from '../../src/shipped.ts';
import { durationMs, scaleRules } from './scale-rules.ts';

const rulesOf = (file: string) =>
  (parse(file) as { groups: { rules: Record<string, unknown>[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );

const one = (rule: Record<string, string>, factor: number) =>
  rulesOf(scaleRules(JSON.stringify({ groups: [{ name: 'g', rules: [rule] }] }), () => factor))[0];

describe('rules on a faster clock', () => {
  it('divides `for` of an alert and the range of a query', () => {
    expect(one({ alert: 'A', expr: 'rate(a[5m]) > 0.02', for: '1h30m' }, 30)).toEqual({
      alert: 'A',
      expr: 'rate(a[10000ms]) > 0.02',
      for: '180000ms',
    });
  });

  it('divides both durations of a subquery, and keeps a default step', () => {
    expect(
      one({ record: 'r', expr: 'max_over_time(a[5m:15s]) + max_over_time(a[5m:])' }, 30),
    ).toEqual({
      record: 'r',
      expr: 'max_over_time(a[10000ms:500ms]) + max_over_time(a[10000ms:])',
    });
  });

  it('divides offsets', () => {
    expect(
      one({ record: 'r', expr: 'last_over_time(a{b="c"}[30m] offset 5m) unless a offset 1h' }, 30),
    ).toEqual({
      record: 'r',
      expr: 'last_over_time(a{b="c"}[60000ms] offset 10000ms) unless a offset 120000ms',
    });
  });

  it('keeps short durations above 0', () => {
    expect(one({ alert: 'A', expr: 'a', for: '5s' }, 1_000_000)).toEqual({
      alert: 'A',
      expr: 'a',
      for: '1ms',
    });
  });

  it('chooses the factor by rule name', () => {
    const file = JSON.stringify({
      groups: [
        {
          name: 'g',
          rules: [
            { alert: 'Slow', expr: 'a', for: '1h' },
            { alert: 'Fast', expr: 'a', for: '1h' },
          ],
        },
      ],
    });
    expect(
      rulesOf(scaleRules(file, (name) => (name === 'Slow' ? 100 : 10))).map((rule) => rule.for),
    ).toEqual(['36000ms', '360000ms']);
  });

  it('changes only the durations of the included rules', () => {
    const original = rulesOf(renderRules(SHIPPED, null));
    const scaled = rulesOf(scaleRules(renderRules(SHIPPED, null), () => 10));
    const withoutDurations = (text: unknown): string =>
      String(text)
        .replaceAll(/\[[^\]"]*\]/g, '[]')
        .replaceAll(/offset \w+/g, 'offset');
    expect(scaled).toHaveLength(original.length);
    for (const [index, rule] of original.entries()) {
      const { expr, for: pending, ...rest } = scaled[index] ?? {};
      const { expr: shippedExpr, for: shippedPatience, ...shippedRest } = rule;
      expect(rest).toEqual(shippedRest);
      expect(withoutDurations(expr)).toBe(withoutDurations(shippedExpr));
      expect(String(expr)).not.toMatch(/\[\d+([shdwy]|m(?!s))/);
      if (typeof shippedPatience === 'string')
        expect(durationMs(String(pending))).toBe(durationMs(shippedPatience) / 10);
    }
  });
});

it('reads durations as Prometheus does', () => {
  expect(['0', '0s', '500ms', '1m', '1h30m', '3d', '1w'].map(durationMs)).toEqual([
    0, 0, 500, 60_000, 5_400_000, 259_200_000, 604_800_000,
  ]);
  for (const bad of ['', '5', 'm', '5 m', '1.5h'])
    expect(() => durationMs(bad)).toThrow('not a duration');
});
