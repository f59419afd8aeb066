import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { deploymentAt, isJoin, joinBySignal } from '@livekit-swarm/livekit';
import { type Check, type CheckResult, found, passed, unknown } from '../check.ts';

/** Two participants that joined the same room over separate connections. */
export interface Pair {
  rooms: readonly [string, string];
  nodes: readonly [string, string];
}

/**
 * Number of pairs. A balancer that chooses at random splits half of the pairs if there are two
 * copies of a room, so six pairs miss that once in 64 checks.
 */
const PAIRS = 6;
const TIMEOUT_MS = 5_000;

export const splitBrainRule = (pairs: readonly Pair[]): CheckResult => {
  const split = pairs.filter(({ rooms: [a, b] }) => a !== b);
  if (split.length === 0)
    return passed(`${pairs.length} of ${pairs.length} pairs of participants met in their room`);
  const nodes = new Set(split.flatMap((pair) => pair.nodes));
  return found('error', [
    `${split.length} of ${pairs.length} pairs joined one room and were in two copies of it, on ${[...nodes].join(' and ')}`,
  ]);
};

/** Makes a lookup function that always returns this address. */
const fixed =
  ({ address, family }: LookupAddress): LookupFunction =>
  (_host, { all }, callback) =>
    all === true ? callback(null, [{ address, family }]) : callback(null, address, family);

export const splitBrain: Check = {
  id: 'split-brain',
  title: 'Participants of a room meet, whichever node their connection goes to',
  severities: ['error'],
  cause:
    'The nodes behind the load balancer do not share a Redis: each makes its own copy of a room, and half of its participants do not see the others',
  fix: 'give every node the same redis.address and redis.db, and restart those that had another',
  needs: ['nodes'],
  run: async ({ addresses, makeRoom, tokenFor }, { access }) => {
    const deployment = deploymentAt(access.url, 'v0');
    const all = await addresses();
    const lookupOf = (index: number): LookupFunction | undefined => {
      const address = all[index % all.length];
      return all.length > 1 && address !== undefined ? fixed(address) : undefined;
    };
    const pairs: Pair[] = [];
    for (let number = 0; number < PAIRS; number++) {
      const room = await makeRoom();
      // The joins are sequential: simultaneous creation of one room would be another test.
      const a = await joinBySignal(
        deployment,
        tokenFor(room, 'swarm-verify-a'),
        TIMEOUT_MS,
        lookupOf(number),
      );
      const b = await joinBySignal(
        deployment,
        tokenFor(room, 'swarm-verify-b'),
        TIMEOUT_MS,
        lookupOf(number + 1),
      );
      for (const one of [a, b]) if (isJoin(one)) one.connection.close();
      if (isJoin(a) && isJoin(b))
        pairs.push({ rooms: [a.roomSid, b.roomSid], nodes: [a.nodeId, b.nodeId] });
    }
    return pairs.length === 0 ? unknown('no pair of participants joined') : splitBrainRule(pairs);
  },
};
