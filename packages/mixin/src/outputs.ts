import { renderPrometheusRule, renderRules, renderRuleTests } from './render-rules.ts';

/** Every generated file, by its path in the repository. */
export const outputs = (): Record<string, string> => ({
  'alerts/livekit-swarm.rules.yaml': renderRules(),
  'alerts/livekit-swarm.prometheus-rule.yaml': renderPrometheusRule(),
  'alerts/tests/livekit-swarm.rules.test.yaml': renderRuleTests('../livekit-swarm.rules.yaml'),
});
