import { parse, stringify } from 'yaml';
import { alertKey } from './alert-key.ts';

/** The parts of a rule that hold durations. */
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

/** How many times faster a rule is to be, by its name and window. */
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

/** `1h30m` → 5,400,000. @throws Error if it is not a Prometheus duration */
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
 * The same rules on a faster clock: every `for`, every range (`[5m]`), every step of a subquery (`[1h:1m]`) and every `offset` is divided by the factor of its rule,
 * to whole milliseconds and never to none. Nothing else is touched: no threshold, no selector, no name, no annotation.
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
