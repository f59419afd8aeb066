import { DASHBOARDS } from './rule.ts';

/** Renders the monitoring mixin (monitoring.mixins.dev) that imports the generated files. */
export const renderLibsonnet =
  (): string => `// Written by livekit-swarm ("swarm mixin"): a monitoring mixin for jsonnet 0.19 or later.
local groups = std.parseYaml(importstr 'alerts/livekit-swarm.rules.yaml').groups;
local having(key) = [
  group { rules: [rule for rule in group.rules if std.objectHas(rule, key)] }
  for group in groups
  if std.length([rule for rule in group.rules if std.objectHas(rule, key)]) > 0
];

{
  prometheusAlerts+:: { groups+: having('alert') },
  prometheusRules+:: { groups+: having('record') },
  grafanaDashboards+:: {
${Object.values(DASHBOARDS)
  .map((uid) => `    '${uid}.json': import 'dashboards/${uid}.json',`)
  .join('\n')}
  },
}
`;
