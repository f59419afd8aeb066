import type { Capability, DescribedFault } from '@livekit-swarm/chaos';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { settingsJsonSchema } from '@livekit-swarm/settings';
import { code, generatedFrom, table } from './markdown.ts';
import { schemaKeys } from './schema-keys.ts';

/** What a target must be able to do, in words. */
const ABILITIES: Readonly<Record<Capability, string>> = {
  signal: 'may send it signals',
  start: 'can start it again',
  pause: 'can stop and continue it',
  run: 'root where it runs',
  packets: 'root and nftables where its packets pass',
  insist: 'a second SIGTERM reaches it',
  hold: 'what was ended stays away until it is started',
};

const KINDS = {
  node: 'node',
  redis: 'Redis',
  'load-balancer': 'load balancer',
  turn: 'TURN',
} as const;

const overview = (): string =>
  table(
    ['fault', 'what it does', 'to', 'lasts', 'needs', 'how it is taken back'],
    [...FAULTS.values()].map(
      ({ name, description, targets, lasts, requires, rollbackDescription }) => [
        `[${name}](#${name})`,
        description,
        targets.map((kind) => KINDS[kind]).join(', '),
        lasts ? 'for its time' : 'happens once',
        requires.map((ability) => ABILITIES[ability]).join('; '),
        rollbackDescription,
      ],
    ),
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
  - { fault: delay, target: room-node, for: 30s, with: { delay: 100ms, direction: out } }
\`\`\`

${overview()}

A node at its limits is not a fault but a setting of the lab, which the load then reaches: ${code('lab: { config: { limit: { num_tracks: 250 } } }')}. [node-full](../chaos/node-full.yaml),
[subscription-limit](../chaos/subscription-limit.yaml) and [room-full](../chaos/room-full.yaml) are such drills. For a lack of CPU or memory, use ${code('cpu-pressure')} or ${code('memory-pressure')}.

## Rollback

Before a fault is injected, all that it takes to heal it is on disk: ${code('~/.cache/livekit-swarm/chaos/journal')}, one file each, synced. The file goes when nothing is left of
the fault, and that is looked at, not assumed. A drill heals when a fault's time is over, when it ends, fails or is interrupted. If it was killed, ${code('swarm chaos rollback')} does it, from
anywhere, as often as one likes. A file that cannot be read is told of and stays.

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
