import { stringify } from 'yaml';
import { alertGroups } from './alerts/index.ts';
import type { NodeCapacity } from './capacity.ts';
import { recordings } from './recordings.ts';
import { type Alert, DASHBOARDS, type RuleTest, runbookName } from './rule.ts';
import { LINKS } from './settings.ts';

export const HEADER = '# Written by packages/mixin ("npm run mixin"): change it there.\n';

const annotationsOf = ({ name, summary, description, dashboard }: Alert) => ({
  summary,
  description,
  runbook_url: `${LINKS.runbooks}/${runbookName(name)}.md`,
  dashboard_url: `${LINKS.dashboards}/${DASHBOARDS[dashboard]}`,
});

/** `groups:` of a rule file. */
const ruleGroups = (capacity: NodeCapacity | null) => [
  {
    name: 'livekit-recordings',
    rules: recordings(capacity).map(({ record, expr, labels }) => ({
      record,
      expr,
      ...(labels && { labels }),
    })),
  },
  ...Object.entries(alertGroups(capacity)).map(([name, alerts]) => ({
    name,
    rules: alerts.map((alert) => ({
      alert: alert.name,
      expr: alert.expr,
      ...(alert.for === '0s' ? {} : { for: alert.for }),
      labels: { severity: alert.severity },
      annotations: annotationsOf(alert),
    })),
  })),
];

const write = (value: unknown): string => HEADER + stringify(value, { lineWidth: 0 });

/** For `rule_files:` of a Prometheus. */
export const renderRules = (capacity: NodeCapacity | null): string =>
  write({ groups: ruleGroups(capacity) });

/** For clusters with the Prometheus Operator. */
export const renderPrometheusRule = (capacity: NodeCapacity | null): string =>
  write({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'livekit-swarm',
      labels: { 'app.kubernetes.io/name': 'livekit-swarm', release: 'prometheus' },
    },
    spec: { groups: ruleGroups(capacity) },
  });

/**
 * For `promtool test rules`: every alert is inactive first, then fires as expected. Alerts that need hours to fire are in a
 * separate file with an evaluation interval of ten minutes; at one minute, promtool needs 30 seconds per test of three days.
 */
export const renderRuleTests = (
  rulesFile: string,
  fires: 'within-hours' | 'after-hours',
  capacity: NodeCapacity | null,
): string =>
  write({
    rule_files: [rulesFile],
    evaluation_interval: fires === 'within-hours' ? '1m' : '10m',
    // Alerts use recordings of the same evaluation.
    group_eval_order: ruleGroups(capacity).map(({ name }) => name),
    tests: Object.values(alertGroups(capacity))
      .flat()
      .flatMap((alert) =>
        [alert.test, ...(alert.furtherTests ?? [])].map((test) => ({ alert, test })),
      )
      .filter(({ test }) => takesHours(test) === (fires === 'after-hours'))
      .map(({ alert, test }) => ruleTest(alert, test)),
  });

const takesHours = ({ firesAt }: RuleTest): boolean => Number.parseInt(firesAt, 10) > 240;

const ruleTest = (
  alert: Alert,
  { series, interval = '1m', silentAt, firesAt, fires }: RuleTest,
): object => ({
  name: alert.name,
  interval,
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  alert_rule_test: [
    { eval_time: silentAt, alertname: alert.name, exp_alerts: [] },
    {
      eval_time: firesAt,
      alertname: alert.name,
      exp_alerts: fires.map(({ labels, description }) => ({
        exp_labels: { severity: alert.severity, ...labels },
        exp_annotations: { ...annotationsOf(alert), description },
      })),
    },
  ],
});
