import { parse, stringify } from 'yaml';
import { alertKey } from './alert-key.ts';

/** Parts of a rule that contain durations. */
interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
}

interface RulesFile {
  groups: { name: string; rules: Rule[] }[];
}

/** Divisor of a rule's durations, by name and window. */
export type FactorOf = (rule: string) => number;

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Parses a duration of Prometheus: `1h30m` → 5,400,000 ms. @throws Error if it is not one */
export const durationMs = (duration: string): number => {
  if (duration === '0') return 0;
  if (!/^(\d+(ms|[smhdwy]))+$/.test(duration)) throw new Error(`not a duration: ${duration}`);
  const parts = duration.matchAll(/(\d+)(ms|[smhdwy])/g);
  return [...parts].reduce(
    (total, [, count, unit]) => total + Number(count) * (UNITS_MS[unit ?? ''] ?? Number.NaN),
    0,
  );
};

/**
 * Divides every duration of rules: each `for`, range (`[5m]`), step of a subquery (`[1h:1m]`) and
 * `offset`, by the factor of its rule, rounded to whole milliseconds above 0. Thresholds,
 * selectors, names and annotations stay.
 * @param rules a rules file of Prometheus
 */
export const scaleRules = (rules: string, factorOf: FactorOf): string => {
  const file = parse(rules) as RulesFile;
  return stringify(
    {
      groups: file.groups.map((group) => ({
        ...group,
        rules: group.rules.map((rule) => scaleRule(rule, factorOf)),
      })),
    },
    { lineWidth: 0 },
  );
};

const scaleRule = (rule: Rule, factorOf: FactorOf): Rule => {
  const factor = factorOf(alertKey(rule.alert ?? rule.record ?? '', rule.labels));
  const scaled = (duration: string): string =>
    `${Math.max(1, Math.round(durationMs(duration) / factor))}ms`;
  return {
    ...rule,
    expr: rule.expr
      .replace(/\[([0-9a-z]+)(?::([0-9a-z]*))?\]/g, (_range, length: string, step?: string) =>
        step === undefined
          ? `[${scaled(length)}]`
          : `[${scaled(length)}:${step === '' ? '' : scaled(step)}]`,
      )
      .replace(/\boffset ([0-9a-z]+)/g, (_offset, length: string) => `offset ${scaled(length)}`),
    ...(rule.for === undefined ? {} : { for: scaled(rule.for) }),
  };
};
