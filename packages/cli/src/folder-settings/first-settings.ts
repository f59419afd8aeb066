/**
 * Text of a first `swarm.yaml`, with comments.
 * @param schema where editors find the JSON Schema
 */
export const firstSettings = (schema: string): string => `# yaml-language-server: $schema=${schema}
# Defaults of this folder for swarm, swarm run, ab, capacity and soak; verify, ready, connectivity, agents and exporter take url and host rules, drills and hosts the host rules. The environment and flags override them; --no-swarm-yaml leaves them out.
# No secrets: API key and secret come from LIVEKIT_API_KEY and LIVEKIT_API_SECRET.

# The deployment. Public servers named here need --confirm-target HOST, and CI jobs do not use it.
# url: wss://livekit.staging.example.com

# Which hosts may be loaded, in addition to --allow-host and --deny-host.
# allowHosts: ['*.staging.example.com']
# denyHosts: [livekit.example.com]

# Room names begin with it.
roomPrefix: loadtest

# Conditions that must be met, unless a scenario has one on the same metric.
thresholds:
  join_time: [p(95)<2000]
`;
