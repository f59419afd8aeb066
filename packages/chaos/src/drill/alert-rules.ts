/** Comparison of a drill's objectives on alerts with the rules of these alerts, before any load. */
import { formatDuration, parseDuration } from '@livekit-swarm/settings';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Drill } from './drill.ts';
import { drillTimes } from './schedule.ts';

/** The part of an alerting rule of Prometheus that decides when it can fire. */
export interface AlertRule {
  name: string;
  expr: string;
  /** The `for` of the rule, ms. */
  waitsMs: number;
  /** Evaluation interval of the rule, ms; null: the interval in the configuration of Prometheus. */
  intervalMs: number | null;
}

const ruleFile = z.object({
  groups: z.array(
    z.object({
      interval: z.string().optional(),
      rules: z.array(
        z.object({
          alert: z.string().optional(),
          expr: z.union([z.string(), z.number()]),
          for: z.string().optional(),
        }),
      ),
    }),
  ),
});

/** @param text of a rule file of Prometheus @throws ZodError for another file */
export const parseAlertRules = (text: string): AlertRule[] =>
  ruleFile.parse(parse(text)).groups.flatMap(({ interval, rules }) =>
    rules.flatMap(({ alert, expr, for: wait }) =>
      alert === undefined
        ? []
        : [
            {
              name: alert,
              expr: String(expr),
              waitsMs: wait === undefined ? 0 : parseDuration(wait),
              intervalMs: interval === undefined ? null : parseDuration(interval),
            },
          ],
    ),
  );

const rulesResponse = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        interval: z.number(),
        rules: z.array(
          z.object({
            type: z.string(),
            name: z.string(),
            query: z.string(),
            duration: z.number().optional(),
          }),
        ),
      }),
    ),
  }),
});

/** Reads the answer of Prometheus at `/api/v1/rules`; null: the answer has another form. */
export const readAlertRules = (answer: unknown): AlertRule[] | null => {
  const read = rulesResponse.safeParse(answer);
  if (!read.success) return null;
  return read.data.data.groups.flatMap(({ interval, rules }) =>
    rules.flatMap(({ type, name, query, duration = 0 }) =>
      type === 'alerting'
        ? [{ name, expr: query, waitsMs: duration * 1_000, intervalMs: interval * 1_000 }]
        : [],
    ),
  );
};

/** An objective on an alert that no server can meet. */
export type ImpossibleAlert =
  | { code: 'no_rule'; alert: string }
  | { code: 'waits_longer'; alert: string; waitsMs: number; withinMs: number }
  /** The faults end before the `for` of the rule has passed. */
  | { code: 'faults_end_before'; alert: string; waitsMs: number; lastMs: number };

export const impossibleAlerts = (
  drill: Pick<Drill, 'objectives' | 'load' | 'steadyState' | 'faults' | 'recoveryMs'>,
  rules: readonly AlertRule[],
): ImpossibleAlert[] =>
  Object.entries(drill.objectives.alertsWithinMs).flatMap(
    ([alert, withinMs]): ImpossibleAlert[] => {
      const named = rules.filter(({ name }) => name === alert);
      const quickest = named.toSorted((a, b) => waitOf(a) - waitOf(b))[0];
      if (quickest === undefined) return [{ code: 'no_rule', alert }];
      const waitsMs = waitOf(quickest);
      if (withinMs < waitsMs) return [{ code: 'waits_longer', alert, waitsMs, withinMs }];
      const lastMs = faultsLastMs(drill);
      return named.every(({ expr }) => isMomentary(expr)) && lastMs < waitsMs
        ? [{ code: 'faults_end_before', alert, waitsMs, lastMs }]
        : [];
    },
  );

/** The shortest time after which a rule fires, ms: rules fire at evaluations. */
const waitOf = ({ waitsMs, intervalMs }: AlertRule): number =>
  intervalMs === null || intervalMs === 0 ? waitsMs : Math.ceil(waitsMs / intervalMs) * intervalMs;

/**
 * Returns true for an expression without history: a range or a recorded rate still shows a fault
 * that has ended.
 */
const isMomentary = (expr: string): boolean => !/[[:]/.test(expr.replaceAll(/"[^"]*"/g, ''));

/**
 * Time from the first injection to the last rollback, ms; a fault without a duration lasts to the
 * end.
 */
const faultsLastMs = (
  drill: Pick<Drill, 'load' | 'steadyState' | 'faults' | 'recoveryMs'>,
): number => {
  const { faultFromMs, steadyMs, endMs } = drillTimes(drill);
  const ends = drill.faults.map(({ atMs, durationMs }) =>
    durationMs === null ? endMs : steadyMs + atMs + durationMs,
  );
  return Math.max(faultFromMs, ...ends) - faultFromMs;
};

/** A duration as drill files write it: `1m30s`. */
const written = (ms: number): string => formatDuration(ms).replaceAll(' ', '');

/** Renders the error of an objective, and the hint. */
export const impossibleAlertText = (
  problem: ImpossibleAlert,
): { message: string; hint: string } => {
  const { alert } = problem;
  switch (problem.code) {
    case 'no_rule':
      return {
        message: `no rule has the name ${alert}: the objective cannot be met`,
        hint: 'write the name of an alert of the rules that Prometheus evaluates',
      };
    case 'waits_longer':
      return {
        message: `${alert} waits ${written(problem.waitsMs)}; the objective of ${written(problem.withinMs)} cannot be met`,
        hint: `write more than ${written(problem.waitsMs)}, or change "for" of the rule`,
      };
    case 'faults_end_before':
      return {
        message: `${alert} waits ${written(problem.waitsMs)}, and the faults are over after ${written(problem.lastMs)}: it cannot fire`,
        hint: `let a fault last longer than ${written(problem.waitsMs)} ("for")`,
      };
  }
};
