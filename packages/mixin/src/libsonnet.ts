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
  // Overrides: (import 'mixin.libsonnet') + { _config+:: { alertLabels: { team: 'voice' } } }.
  // Job names, labels and limits are in the files: swarm mixin writes them for yours.
  _config:: {
    // Labels that every alert gets, for routing.
    alertLabels: {},
    // Names of alerts to leave out.
    disabledAlerts: [],
  },
  local config = self._config,
  prometheusAlerts+:: {
    groups+: [
      group {
        rules: [
          rule { labels+: config.alertLabels }
          for rule in group.rules
          if !std.member(config.disabledAlerts, rule.alert)
        ],
      }
      for group in having('alert')
    ],
  },
  prometheusRules+:: { groups+: having('record') },
  grafanaDashboards+:: {
${Object.values(DASHBOARDS)
  .map((uid) => `    '${uid}.json': import 'dashboards/${uid}.json',`)
  .join('\n')}
  },
}
`;
