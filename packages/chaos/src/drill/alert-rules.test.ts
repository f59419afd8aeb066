import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { readDrill } from '../../test/support/read-drill.ts';
import {
  impossibleAlerts,
  impossibleAlertText,
  parseAlertRules,
  readAlertRules,
} from './alert-rules.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const SHIPPED = parseAlertRules(
  readFileSync(join(ROOT, 'alerts/livekit-swarm.rules.yaml'), 'utf8'),
);

const drillWith = (withinMs: number, durationMs: number | null = 130_000) => {
  const drill = drillOf({ faults: [faultOf({ durationMs })] });
  const alertsWithinMs = { LiveKitNodeDown: withinMs };
  return { ...drill, objectives: { ...drill.objectives, alertsWithinMs } };
};

const RULES = parseAlertRules(`
groups:
  - name: nodes
    rules:
      - { record: 'job:up', expr: sum(up) }
      - { alert: LiveKitNodeDown, expr: 'up{job="livekit"} == 0', for: 1m30s }
      - { alert: JoinsFailing, expr: 'rate(joins[1m]) > 0', for: 1m30s }
`);

describe('drills of the library', () => {
  const drills = readdirSync(join(ROOT, 'chaos'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readDrill(join(ROOT, 'chaos', file)));

  it.each(drills.map((drill) => [drill.name, drill] as const))(
    '%s: every alert of an objective can fire in time by the shipped rules',
    (_name, drill) => expect(impossibleAlerts(drill, SHIPPED)).toEqual([]),
  );

  it('has a drill with such an objective', () =>
    expect(drills.some(({ objectives }) => Object.keys(objectives.alertsWithinMs).length > 0)).toBe(
      true,
    ));
});

describe('an objective on an alert', () => {
  const text = (...of: Parameters<typeof impossibleAlerts>): string[] =>
    impossibleAlerts(...of).map((problem) => impossibleAlertText(problem).message);

  it('cannot be met where the rule waits for longer', () =>
    expect(text(drillWith(40_000), RULES)).toEqual([
      'LiveKitNodeDown waits 1m30s; the objective of 40s cannot be met',
    ]));

  it('cannot be met where the faults end before the rule has waited', () => {
    expect(text(drillWith(120_000, 60_000), RULES)).toEqual([
      'LiveKitNodeDown waits 1m30s, and the faults are over after 1m: it cannot fire',
    ]);
    // A fault that lasts to the end of the drill, and a rule that looks back.
    const toTheEnd = { ...drillWith(120_000, null), recoveryMs: 95_000 };
    expect(text(toTheEnd, RULES)).toEqual([]);
    const drill = drillWith(120_000, 60_000);
    const objectives = { ...drill.objectives, alertsWithinMs: { JoinsFailing: 120_000 } };
    expect(text({ ...drill, objectives }, RULES)).toEqual([]);
  });

  it('needs a rule of that name', () =>
    expect(text(drillWith(120_000), [])).toEqual([
      'no rule has the name LiveKitNodeDown: the objective cannot be met',
    ]));

  it('is compared with the quickest rule of that name', () => {
    const quick = { name: 'LiveKitNodeDown', expr: 'up == 0', waitsMs: 10_000, intervalMs: null };
    expect(text(drillWith(40_000), [...RULES, quick])).toEqual([]);
  });

  it('counts whole evaluations, as Prometheus reports them', () => {
    const rule = { type: 'alerting', name: 'LiveKitNodeDown', query: 'up == 0', duration: 90 };
    const answer = { status: 'success', data: { groups: [{ interval: 60, rules: [rule] }] } };
    expect(text(drillWith(100_000), readAlertRules(answer) ?? [])).toEqual([
      'LiveKitNodeDown waits 2m; the objective of 1m40s cannot be met',
    ]);
    expect(readAlertRules({ data: { alerts: [] } })).toBeNull();
  });
});
