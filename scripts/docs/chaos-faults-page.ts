import type { Capability, DescribedFault } from '@livekit-swarm/chaos';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { jsonSchemaOf } from '@livekit-swarm/settings';
import { code, generatedFrom, table } from './markdown.ts';
import { flow, schemaKeys } from './schema-keys.ts';

/** Texts of a platform's capabilities. */
const CAPABILITIES: Readonly<Record<Capability, string>> = {
  signal: 'can signal the process',
  start: 'can start the process',
  pause: 'can pause the process',
  exec: 'root on its host',
  packet_filter: 'root and nftables on the packet path',
  second_sigterm: 'second SIGTERM is delivered',
  stay_down: 'process stays down until started',
};

const KINDS = {
  node: 'node',
  redis: 'Redis',
  sentinel: 'Sentinel',
  'load-balancer': 'load balancer',
  turn: 'TURN',
  'agent-worker': 'agent worker',
  egress: 'worker of egress',
} as const;

const overview = (): string =>
  table(
    ['fault', 'description', 'targets', 'duration', 'requirements', 'rollback'],
    [...FAULTS.values()].map(
      ({ name, description, targets, lasts, requires, rollbackDescription }) => [
        `[${name}](#${name})`,
        description,
        targets.map((kind) => KINDS[kind]).join(', '),
        lasts ? 'for its duration' : 'instantaneous',
        requires.map((capability) => CAPABILITIES[capability]).join('; '),
        rollbackDescription,
      ],
    ),
  );

const withParams = (): string =>
  [...FAULTS.values()]
    .map((fault) => `### ${fault.name}\n\n${sentence(fault.description)}\n\n${paramsOf(fault)}`)
    .join('\n\n');

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const paramsOf = ({ params, example }: DescribedFault): string => {
  const schema = jsonSchemaOf(params, { definitions: false });
  if (Object.keys(schema.properties ?? {}).length === 0) return 'No parameters.';
  const keys = schemaKeys(schema).keysOf(schema);
  return Object.keys(example).length === 0
    ? keys
    : `${keys}\n\nExample: ${code(`with: ${flow(example)}`)}`;
};

/** Page docs/chaos-faults.md. */
export const chaosFaultsPage = (): string => `${generatedFrom('packages/chaos/src/faults')}

# Faults

What a [drill](chaos.md) can inject into a deployment. ${code('swarm chaos doctor')} shows which faults are available, and the reason for the others. In a drill, the parameters
are under ${code('with')}:

\`\`\`yaml
faults:
  - { fault: delay, target: room-node, for: 30s, with: { delay: 100ms, direction: out } }
\`\`\`

${overview()}

A node at its limits is not a fault but a setting of the lab, which the load then reaches: ${code('lab: { config: { limit: { num_tracks: 250 } } }')}. [node-full](../chaos/node-full.yaml),
[subscription-limit](../chaos/subscription-limit.yaml) and [room-full](../chaos/room-full.yaml) are such drills. For a lack of CPU or memory, use ${code('cpu-pressure')} or ${code('memory-pressure')}.

## Rollback

Before an injection, everything that its rollback needs is written to ${code('~/.local/state/livekit-swarm/chaos/journal')}: one file per injection, synced to disk. The file is removed after the
rollback was verified. A drill rolls back when the duration of a fault is over, and when the drill ends, fails or is interrupted. If it was killed, the target
[rolls back on its own](chaos-safety.md#when-the-controller-fails) a minute after the scheduled time, or ${code('swarm chaos rollback')} does it earlier. Both may be repeated, also at the same
time. A journal file that cannot be read is reported and kept.

| state during a fault | name | without any rollback |
| --- | --- | --- |
| rules | one nftables table per injection: ${code('swarm_chaos_ID')} | they stay |
| swarm-impair, which delays packets | ${code('swarm-impair run --id ID…')} | it ends with the drill, and packets pass |
| cgroups | ${code('swarm-chaos-ID-…')} | they stay |
| stopped processes (${code('hang')}) | | they stay, except in a lab that the drill started |
| the armed rollback on the target | ${code('swarm-expiry-ID')}: a timer of systemd, a process, or (on an engine elsewhere) a container | it ends by rolling back |

## Packets

${code('in')} is what a component receives, ${code('out')} what it sends, each matched by its address and ports. Loss and blackholes are nftables rules where packets arrive, or, towards
another host, after routing (Linux 5.16): on OUTPUT the sender would get an error, which no network reports. Everything else goes through
[swarm-impair](adr/0006-impairment-by-nfqueue.md), with the [links of scenarios](scenario-language.md): a queue in front of a rate limit, loss, and delay. Several faults at the same time add up.

## Parameters

${withParams()}
`;
