import { stringify } from 'yaml';
import { alertGroups } from './alerts/index.ts';
import type { NodeCapacity } from './capacity.ts';
import type { Names } from './config/names.ts';
import { recordings } from './recordings.ts';
import { type Alert, DASHBOARDS, type RuleTest, runbookName } from './rule.ts';

export const HEADER =
  '# Written by livekit-swarm ("swarm mixin"; in its repository, "npm run mixin"): change mixin.yaml, and write it again.\n';

/** Returns true for an absolute URL: a path is a dead link outside of Grafana. */
const isAbsolute = (url: string): boolean => /^https?:/.test(url);

const annotationsOf = (
  { config: { links } }: Names,
  { name, summary, description, dashboard }: Alert,
) => ({
  summary,
  description,
  ...(links.runbooks === null ? {} : { runbook_url: `${links.runbooks}/${runbookName(name)}.md` }),
  ...(isAbsolute(links.dashboards)
    ? { dashboard_url: `${links.dashboards}/${DASHBOARDS[dashboard]}` }
    : {}),
});

/** Value of `groups:` in a rule file. */
export const ruleGroups = (names: Names, capacity: NodeCapacity | null) => [
  {
    name: 'livekit-recordings',
    rules: recordings(names, capacity).map(({ record, expr }) => ({ record, expr })),
  },
  ...Object.entries(alertGroups(names, capacity)).map(([name, alerts]) => ({
    name,
    rules: alerts.map((alert) => ({
      alert: alert.name,
      expr: alert.expr,
      ...(alert.for === '0s' ? {} : { for: alert.for }),
      labels: { severity: alert.severity, ...alert.labels },
      annotations: annotationsOf(names, alert),
    })),
  })),
];

const write = (value: unknown): string => HEADER + stringify(value, { lineWidth: 0 });

/** Renders a rule file for `rule_files:` of Prometheus. */
export const renderRules = (names: Names, capacity: NodeCapacity | null): string =>
  write({ groups: ruleGroups(names, capacity) });

/** Renders a PrometheusRule for clusters with the Prometheus Operator. */
export const renderPrometheusRule = (names: Names, capacity: NodeCapacity | null): string =>
  write({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'livekit-swarm',
      labels: {
        'app.kubernetes.io/name': 'livekit-swarm',
        ...names.config.kubernetes.ruleLabels,
      },
    },
    spec: { groups: ruleGroups(names, capacity) },
  });

/**
 * Renders tests for `promtool test rules`: every alert is inactive first, then fires as expected.
 * Alerts that need hours are in a separate file with an evaluation interval of ten minutes; at one
 * minute, promtool needs 30 seconds per test of three days.
 */
export const renderRuleTests = (
  names: Names,
  rulesFile: string,
  fires: 'within-hours' | 'after-hours',
  capacity: NodeCapacity | null,
): string =>
  write({
    rule_files: [rulesFile],
    evaluation_interval: fires === 'within-hours' ? '1m' : '10m',
    // Alerts use recordings of the same evaluation, so the order of groups matters.
    group_eval_order: ruleGroups(names, capacity).map(({ name }) => name),
    tests: Object.values(alertGroups(names, capacity))
      .flat()
      .flatMap((alert) =>
        [alert.test, ...(alert.furtherTests ?? [])].map((test) => ({ alert, test })),
      )
      .filter(({ test }) => takesHours(test) === (fires === 'after-hours'))
      .map(({ alert, test }) => ruleTest(names, alert, test)),
  });

/** @param firesAt in minutes or hours */
const takesHours = ({ firesAt }: RuleTest): boolean =>
  Number.parseInt(firesAt, 10) * (firesAt.endsWith('h') ? 60 : 1) > 240;

const ruleTest = (
  names: Names,
  alert: Alert,
  { series, interval = '1m', silentAt, firesAt, fires }: RuleTest,
): object => ({
  name: alert.name,
  interval,
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  alert_rule_test: [
    ...(silentAt === null ? [] : [{ eval_time: silentAt, alertname: alert.name, exp_alerts: [] }]),
    {
      eval_time: firesAt,
      alertname: alert.name,
      exp_alerts: fires.map(({ labels, description }) => ({
        exp_labels: { severity: alert.severity, ...alert.labels, ...labels },
        exp_annotations: { ...annotationsOf(names, alert), description },
      })),
    },
  ],
});
