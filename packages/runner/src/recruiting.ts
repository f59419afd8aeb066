import type { Shard } from '@livekit-swarm/scenario';
import type { Deployment } from './deployment.ts';
import { admit } from './tokens.ts';
import type { Recruit } from './worker-protocol.ts';

/**
 * How long before they are due people are told to their worker, ms: workers then hold those who are there and a few more, however long the run, and
 * tokens need not live for hours.
 */
export const AHEAD_MS = 30_000;

/** A token must outlast its holder's join and its retries; after that the server refreshes it itself. */
const TOKEN_SPARE_MS = 600_000;

/** Those of a shard who are due soon. */
export interface Draft {
  shard: number;
  recruits: Recruit[];
}

export interface Recruiting {
  /** Everybody who is due within `AHEAD_MS` of this moment (ms after the start) and was not taken yet, with what lets them in. Shards without any are left out. */
  take(elapsedMs: number): Promise<Draft[]>;
}

/** @param shards each with its people in the order in which they are due */
export const recruitInTime = (
  shards: readonly Shard[],
  deployment: Pick<Deployment, 'url' | 'apiKey' | 'apiSecret'>,
): Recruiting => {
  const taken = new Map<number, number>();
  return {
    take: async (elapsedMs) => {
      const drafts = shards.flatMap(({ shard, participants }) => {
        const from = taken.get(shard) ?? 0;
        let to = from;
        while ((participants[to]?.joinAtMs ?? Number.POSITIVE_INFINITY) <= elapsedMs + AHEAD_MS)
          to++;
        taken.set(shard, to);
        return to > from ? [{ shard, people: participants.slice(from, to) }] : [];
      });
      return await Promise.all(
        drafts.map(async ({ shard, people }) => ({
          shard,
          recruits: await Promise.all(
            people.map(async (plan) => {
              const ttlSeconds = Math.ceil((plan.joinAtMs - elapsedMs + TOKEN_SPARE_MS) / 1_000);
              return { plan, admission: await admit(deployment, plan, ttlSeconds) };
            }),
          ),
        })),
      );
    },
  };
};
