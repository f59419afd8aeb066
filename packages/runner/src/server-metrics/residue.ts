import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRejection, failureOf, roomsLeft } from '@livekit-swarm/livekit';
import type { ServerAfterLine, ServerMissingLine } from '@livekit-swarm/record';
import type { Plan } from '@livekit-swarm/scenario';
import type { Deployment } from '../deployment.ts';
import type { ServerSampler } from './server-sampler.ts';
import type { NodeFigures } from './server-source.ts';

/** Additional time for a source that is refreshed every few seconds, ms. */
const REFRESH_MS = 3_000;
const REFRESH_STEP_MS = 500;
/** Time for questions about single rooms, ms. */
const ASK_MS = 5_000;

export interface ResidueOptions {
  deployment: Deployment;
  plan: Plan;
  sampler: ServerSampler;
  /** Figures of each node before the first join. */
  before: ReadonlyMap<string, NodeFigures>;
  /** True if a source has figures that are some seconds old. */
  isRefreshedRarely: boolean;
  /** Time for which the server may clean up, ms. */
  settleMs: number;
  elapsedMs(): number;
  /** Signal not to wait any longer. */
  stop: AbortSignal;
}

/** Reason why the API did not list the remaining rooms and participants. */
export type Unanswered = Pick<ServerMissingLine, 'reason' | 'message'>;

const unanswered = (error: unknown): Unanswered => {
  if (!(error instanceof ApiRejection))
    return { reason: 'unreachable', message: failureOf(error).message };
  const { reason, message, answer } = error.rejection;
  if (answer === undefined)
    return {
      reason: 'unreachable',
      message: `the server did not answer after the run: ${message}`,
    };
  return {
    reason:
      answer.who !== 'livekit'
        ? 'not_livekit'
        : reason === 'unauthorized' || reason === 'forbidden'
          ? 'unauthorized'
          : 'not_measured',
    message: `rooms left after the run are unknown, because the API did not list them: ${message}`,
  };
};

/**
 * Asks the server what remains of a run after all participants have left. It never fails.
 * @returns reason if the API did not list the remains
 */
export const readResidue = async (
  options: ResidueOptions,
): Promise<ServerAfterLine | Unanswered> => {
  const { deployment, plan, sampler, before, settleMs, elapsedMs, stop } = options;
  const leftAtMs = elapsedMs();
  // If no node is measured, there is nothing to wait for except the rooms.
  if (before.size > 0) await sleep(settleMs, undefined, { signal: stop }).catch(() => {});
  const settledAtMs = elapsedMs();
  await refreshed(options, settledAtMs);
  const signal = AbortSignal.timeout(ASK_MS);
  const left = await roomsLeft(deployment, roomsOf(plan), signal).catch(unanswered);
  const fresh = sampler.measuredSince(settledAtMs);
  const nodes = [...before].flatMap(([node, was]) => {
    const is = fresh.get(node);
    return is === undefined || Object.keys(is).length === 0
      ? []
      : [{ node, before: residueOf(was), after: residueOf(is) }];
  });
  if ('reason' in left && nodes.length === 0) return left;
  return {
    type: 'server_after',
    at: elapsedMs(),
    settledMs: Math.round(settledAtMs - leftAtMs),
    ...('rooms' in left && { rooms: left.rooms }),
    ...('rooms' in left && left.participants !== null && { participants: left.participants }),
    nodes,
  };
};

/** Waits until every node was measured after a time, but only for a limited time. */
const refreshed = async (
  { sampler, before, isRefreshedRarely, stop, elapsedMs }: ResidueOptions,
  sinceMs: number,
): Promise<void> => {
  const isStale = (): boolean => {
    const fresh = sampler.measuredSince(sinceMs);
    return [...before.keys()].some((node) => Object.keys(fresh.get(node) ?? {}).length === 0);
  };
  await sampler.sampleNow();
  while (isRefreshedRarely && isStale() && !stop.aborted && elapsedMs() - sinceMs < REFRESH_MS) {
    await sleep(REFRESH_STEP_MS);
    await sampler.sampleNow();
  }
};

const roomsOf = ({ participants }: Plan): string[] => [
  ...new Set(participants.map(({ room }) => room)),
];

const residueOf = ({ goroutines, memoryBytes, tracks }: NodeFigures) => ({
  ...(goroutines !== undefined && { goroutines }),
  ...(memoryBytes !== undefined && { memoryBytes }),
  ...(tracks !== undefined && { tracks }),
});
