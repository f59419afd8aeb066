import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderRules } from '../../src/render-rules.ts';
import { durationMs, scaleRules } from './scale-rules.ts';

const rulesOf = (file: string) =>
  (parse(file) as { groups: { rules: Record<string, unknown>[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );

const one = (rule: Record<string, string>, factor: number) =>
  rulesOf(scaleRules(JSON.stringify({ groups: [{ name: 'g', rules: [rule] }] }), () => factor))[0];

describe('rules on a faster clock', () => {
  it('divides how long an alert waits and how far a query looks back', () => {
    expect(one({ alert: 'A', expr: 'rate(a[5m]) > 0.02', for: '1h30m' }, 30)).toEqual({
      alert: 'A',
      expr: 'rate(a[10000ms]) > 0.02',
      for: '180000ms',
    });
  });

  it('divides both durations of a subquery, and leaves a step to Prometheus that is left to it', () => {
    expect(
      one({ record: 'r', expr: 'max_over_time(a[5m:15s]) + max_over_time(a[5m:])' }, 30),
    ).toEqual({
      record: 'r',
      expr: 'max_over_time(a[10000ms:500ms]) + max_over_time(a[10000ms:])',
    });
  });

  it('divides how far back a window is moved', () => {
    expect(
      one({ record: 'r', expr: 'last_over_time(a{b="c"}[30m] offset 5m) unless a offset 1h' }, 30),
    ).toEqual({
      record: 'r',
      expr: 'last_over_time(a{b="c"}[60000ms] offset 10000ms) unless a offset 120000ms',
    });
  });

  it('makes nothing of a duration that is short already', () => {
    expect(one({ alert: 'A', expr: 'a', for: '5s' }, 1_000_000)).toEqual({
      alert: 'A',
      expr: 'a',
      for: '1ms',
    });
  });

  it('goes by the name of the rule', () => {
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

  it('touches nothing else of the shipped rules, and forgets none of their durations', () => {
    const shipped = rulesOf(renderRules());
    const scaled = rulesOf(scaleRules(renderRules(), () => 10));
    const blind = (text: unknown): string =>
      String(text)
        .replaceAll(/\[[^\]"]*\]/g, '[]')
        .replaceAll(/offset \w+/g, 'offset');
    expect(scaled).toHaveLength(shipped.length);
    for (const [index, rule] of shipped.entries()) {
      const { expr, for: patience, ...rest } = scaled[index] ?? {};
      const { expr: shippedExpr, for: shippedPatience, ...shippedRest } = rule;
      expect(rest).toEqual(shippedRest);
      expect(blind(expr)).toBe(blind(shippedExpr));
      expect(String(expr)).not.toMatch(/\[\d+([shdwy]|m(?!s))/);
      if (typeof shippedPatience === 'string')
        expect(durationMs(String(patience))).toBe(durationMs(shippedPatience) / 10);
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
