import type { Ability, DescribedFault } from '@livekit-swarm/chaos';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { settingsJsonSchema } from '@livekit-swarm/settings';
import { code, generatedFrom, table } from './markdown.ts';
import { schemaKeys } from './schema-keys.ts';

/** Texts for the capabilities that a fault requires. */
const ABILITIES: Readonly<Record<Ability, string>> = {
  signal: 'can signal the process',
  start: 'can start the process',
  pause: 'can pause the process',
  run: 'root on its host',
  packets: 'root and nftables on the packet path',
  insist: 'a second SIGTERM is delivered',
  hold: 'the process stays down until it is started',
};

const KINDS = { node: 'node', redis: 'Redis', balancer: 'load balancer', turn: 'TURN' } as const;

const overview = (): string =>
  table(
    ['fault', 'description', 'targets', 'duration', 'requirements', 'rollback'],
    [...FAULTS.values()].map(({ name, description, on, lasts, needs, healing }) => [
      `[${name}](#${name})`,
      description,
      on.map((kind) => KINDS[kind]).join(', '),
      lasts ? 'as configured' : 'instantaneous',
      needs.map((ability) => ABILITIES[ability]).join('; '),
      healing,
    ]),
  );

const withParams = (): string =>
  [...FAULTS.values()]
    .map((fault) => `### ${fault.name}\n\n${sentence(fault.description)}\n\n${paramsOf(fault)}`)
    .join('\n\n');

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const paramsOf = ({ name, params }: DescribedFault): string => {
  const schema = settingsJsonSchema(params, name);
  if (Object.keys(schema.properties ?? {}).length === 0) return 'No parameters.';
  return schemaKeys(schema).keysOf(schema);
};

/** docs/chaos-faults.md. */
export const chaosFaultsPage = (): string => `${generatedFrom('packages/chaos/src/faults')}

# Faults

What a [drill](chaos.md) can inject into a deployment. ${code('swarm chaos doctor')} shows which faults are available, and the reason for the others. In a drill, the parameters
are under ${code('with')}:

\`\`\`yaml
faults:
  - { fault: delay, aim: room-node, for: 30s, with: { delay: 100ms, direction: out } }
\`\`\`

${overview()}

A node at its limits is not a fault but a setting of the lab, which the load then reaches: ${code('lab: { config: { limit: { num_tracks: 250 } } }')}. [node-full](../chaos/node-full.yaml),
[subscription-limit](../chaos/subscription-limit.yaml) and [room-full](../chaos/room-full.yaml) are such drills. For a lack of CPU or memory, use ${code('cpu-pressure')} or ${code('memory-pressure')}.

## Rollback

Before an injection, everything that the rollback needs is on disk: ${code('~/.cache/livekit-swarm/chaos/journal')}, one file each, synced. The file is deleted when nothing of
the fault remains, which is verified, not assumed. A drill rolls back at the scheduled time, and when it ends, fails or is interrupted. If it was killed, ${code('swarm chaos heal')} rolls back, from
any folder, and can be repeated. A file that cannot be read is reported and kept.

| state during a fault | name | without a rollback |
| --- | --- | --- |
| rules | one nftables table per injection: ${code('swarm_chaos_ID')} | they stay |
| swarm-impair, which delays packets | ${code('swarm-impair run --id ID…')} | it ends with the drill, and packets pass |
| cgroups | ${code('swarm-chaos-ID-…')} | they stay |
| stopped processes (${code('hang')}) | | they stay, except in a lab that the drill started |

## Packets

${code('in')} is what a component receives, ${code('out')} what it sends, each matched by its address and ports. Loss and blackholes are nftables rules where packets arrive, or, towards
another host, after routing (Linux 5.16): on OUTPUT the sender would get an error, which no network reports. Everything else goes through
[swarm-impair](adr/0006-impairment-by-nfqueue.md), with the [links of scenarios](scenario-language.md): a queue in front of a rate limit, loss, and delay. Several faults at the same time add up.

## Parameters

${withParams()}
`;
