import { dashboards } from './dashboards/index.ts';
import { renderConfigMap, renderDashboard } from './render-dashboards.ts';
import { renderPrometheusRule, renderRules, renderRuleTests } from './render-rules.ts';

/** Relative to the rule tests. */
const RULES = '../livekit-swarm.rules.yaml';

/** Every generated file, by its path in the repository. */
export const outputs = (): Record<string, string> => ({
  'alerts/livekit-swarm.rules.yaml': renderRules(),
  'alerts/livekit-swarm.prometheus-rule.yaml': renderPrometheusRule(),
  'alerts/tests/livekit-swarm.rules.test.yaml': renderRuleTests(RULES, 'within-hours'),
  'alerts/tests/livekit-swarm.slow-rules.test.yaml': renderRuleTests(RULES, 'after-hours'),
  ...Object.fromEntries(
    Object.values(dashboards()).flatMap((dashboard) => [
      [`dashboards/${dashboard.uid}.json`, renderDashboard(dashboard)],
      [`dashboards/kubernetes/${dashboard.uid}.yaml`, renderConfigMap(dashboard)],
    ]),
  ),
});
