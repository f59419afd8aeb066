import type { Ability, DescribedFault } from '@livekit-swarm/chaos';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import { settingsJsonSchema } from '@livekit-swarm/settings';
import { code, generatedFrom, table } from './markdown.ts';
import { schemaKeys } from './schema-keys.ts';

/** What a target must be able to do, in words. */
const ABILITIES: Readonly<Record<Ability, string>> = {
  signal: 'may send it signals',
  start: 'can start it again',
  pause: 'can stop and continue it',
  run: 'root where it runs',
  packets: 'root and nftables where its packets pass',
  insist: 'a second SIGTERM reaches it',
  hold: 'what was ended stays away until it is started',
};

const KINDS = { node: 'node', redis: 'Redis', balancer: 'load balancer', turn: 'TURN' } as const;

const overview = (): string =>
  table(
    ['fault', 'what it does', 'to', 'lasts', 'needs', 'how it is taken back'],
    [...FAULTS.values()].map(({ name, description, on, lasts, needs, healing }) => [
      `[${name}](#${name})`,
      description,
      on.map((kind) => KINDS[kind]).join(', '),
      lasts ? 'for its time' : 'happens once',
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
  if (Object.keys(schema.properties ?? {}).length === 0) return 'It takes no parameters.';
  return schemaKeys(schema).keysOf(schema);
};

/** docs/chaos-faults.md. */
export const chaosFaultsPage = (): string => `${generatedFrom('packages/chaos/src/faults')}

# Faults

What a [drill](chaos.md) can do to a deployment. ${code('swarm chaos doctor')} tells which of them are possible here, and why the others are not. In a drill, what is said below
stands under ${code('with')}:

\`\`\`yaml
faults:
  - { fault: delay, aim: room-node, for: 30s, with: { delay: 100ms, direction: out } }
\`\`\`

${overview()}

A node at its limits is no fault but a setting of the lab that it is tried in, which people then run into: ${code('lab: { config: { limit: { num_tracks: 250 } } }')}. [node-full](../chaos/node-full.yaml),
[subscription-limit](../chaos/subscription-limit.yaml) and [room-full](../chaos/room-full.yaml) are such drills. One that runs out of processor time or memory is ${code('cpu-pressure')} or ${code('memory-pressure')}.

## How everything is taken back

Before a fault is injected, all that it takes to heal it is on disk: ${code('~/.cache/livekit-swarm/chaos/journal')}, one file each, synced. The file goes when nothing is left of
the fault, and that is looked at, not assumed. A drill heals when a fault's time is over, when it ends, fails or is interrupted. If it was killed, ${code('swarm chaos heal')} does it, from
anywhere, as often as one likes. A file that cannot be read is told of and stays.

| what is left meanwhile | its name | what if nobody heals |
| --- | --- | --- |
| rules | one table of nftables for each injection: ${code('swarm_chaos_ID')} | they stay |
| swarm-impair, which holds packets | ${code('swarm-impair run --id ID…')} | it ends with the drill, and packets pass |
| control groups | ${code('swarm-chaos-ID-…')} | they stay |
| stopped processes (${code('hang')}) | | they stay, but for those of a lab that the drill itself had raised |

## Packets

${code('in')} is what a part is sent, ${code('out')} what it sends, each matched by its address and ports. Loss and blackholes are rules of nftables where packets arrive, or, on their
way to another machine, behind the routing (Linux 5.16): on OUTPUT the sender would be told, which no network does. Everything else goes through
[swarm-impair](adr/0006-impairment-by-nfqueue.md), with the [links of scenarios](scenario-language.md): a queue before a link of some rate, loss on it, delay behind it. Several at once add up.

## What they are told

${withParams()}
`;
