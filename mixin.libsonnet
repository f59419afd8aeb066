// Written by livekit-swarm ("swarm mixin"): a monitoring mixin for jsonnet 0.19 or later.
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
    'livekit-swarm-cluster.json': import 'dashboards/livekit-swarm-cluster.json',
    'livekit-swarm-node.json': import 'dashboards/livekit-swarm-node.json',
    'livekit-swarm-slo.json': import 'dashboards/livekit-swarm-slo.json',
    'livekit-swarm-media.json': import 'dashboards/livekit-swarm-media.json',
    'livekit-swarm-rooms.json': import 'dashboards/livekit-swarm-rooms.json',
    'livekit-swarm-probes.json': import 'dashboards/livekit-swarm-probes.json',
    'livekit-swarm-agents.json': import 'dashboards/livekit-swarm-agents.json',
    'livekit-swarm-run.json': import 'dashboards/livekit-swarm-run.json',
    'livekit-swarm-chaos.json': import 'dashboards/livekit-swarm-chaos.json',
    'livekit-swarm-infrastructure.json': import 'dashboards/livekit-swarm-infrastructure.json',
  },
}
