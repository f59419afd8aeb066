import { isDeepStrictEqual } from 'node:util';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { stringify } from 'yaml';
import { renderAlertmanager } from './alertmanager.ts';
import type { NodeCapacity } from './capacity.ts';
import { exampleLabels } from './config/job-selector.ts';
import type { Names } from './config/names.ts';
import { variantConfig } from './config/read-config.ts';
import { dashboards } from './dashboards/index.ts';
import { renderLibsonnet } from './libsonnet.ts';
import { HEADER, renderPrometheusRule, renderRules, renderRuleTests } from './render-rules.ts';

/** Path of the rules, relative to the rule tests. */
const RULES = '../livekit-swarm.rules.yaml';

/**
 * All generated files, by path in the repository.
 * @param capacity capacity of a node; null: not measured, as in the repository
 */
export const outputs = (names: Names, capacity: NodeCapacity | null): Record<string, string> => ({
  'alerts/livekit-swarm.rules.yaml': renderRules(names, capacity),
  'alerts/livekit-swarm.prometheus-rule.yaml': renderPrometheusRule(names, capacity),
  'alerts/alertmanager.example.yaml': renderAlertmanager(names, HEADER),
  'mixin.libsonnet': renderLibsonnet(),
  ...ruleTests(names, capacity),
  ...Object.fromEntries(
    Object.values(dashboards(names)).flatMap((dashboard) => [
      [`dashboards/${dashboard.uid}.json`, renderDashboard(dashboard)],
      [`dashboards/kubernetes/${dashboard.uid}.yaml`, renderConfigMap(names, dashboard)],
    ]),
  ),
});

/**
 * Renders the rule tests. They expect the default limits, and their series have labels that the
 * jobs of the configuration select.
 */
const ruleTests = (names: Names, capacity: NodeCapacity | null): Record<string, string> =>
  isDeepStrictEqual(names.config.limits, variantConfig('default').limits) &&
  Object.values(names.config.jobs).every((job) => job === null || exampleLabels(job) !== null)
    ? {
        'alerts/tests/livekit-swarm.rules.test.yaml': renderRuleTests(
          names,
          RULES,
          'within-hours',
          capacity,
        ),
        'alerts/tests/livekit-swarm.slow-rules.test.yaml': renderRuleTests(
          names,
          RULES,
          'after-hours',
          capacity,
        ),
      }
    : {};

/** Renders a dashboard for import, provisioning and the HTTP API of Grafana. */
export const renderDashboard = (dashboard: Dashboard): string =>
  `${JSON.stringify(dashboard, null, 2)}\n`;

/** Renders a dashboard as a ConfigMap with the label by which Grafana's sidecar loads it. */
export const renderConfigMap = ({ config }: Names, dashboard: Dashboard): string => {
  const name = dashboard.uid;
  if (name === undefined) throw new Error(`the dashboard ${dashboard.title} has no uid`);
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      labels: {
        'app.kubernetes.io/name': 'livekit-swarm',
        ...config.kubernetes.dashboardLabels,
      },
    },
    // Without indentation: kubectl apply stores a copy in an annotation, and annotations are
    // limited to 256 KiB.
    data: { [`${name}.json`]: JSON.stringify(dashboard) },
  };
  return HEADER + stringify(map, { lineWidth: 0 });
};
