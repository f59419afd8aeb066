import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_METRICS } from '@livekit-swarm/catalogue';
import { registerFamily } from '@livekit-swarm/catalogue/registry';
import { Registry } from 'prom-client';
import type { Source, SourceContext } from '../../source.ts';
import type { AgentsSettings } from './config.ts';
import { JobWatch, type WatchedDeployment } from './job-watch.ts';
import { PoolWatch } from './pool-watch.ts';

/** Longest wait for a running poll when the source stops, ms: it may wait for a hanging server. */
const STOP_WITHIN_MS = 1_000;

/**
 * Create the source of voice agents: rooms that wait for one, and jobs, from the API of each
 * target; workers, from their own pages.
 */
export const createAgentsSource = (
  targets: readonly WatchedDeployment[],
  { intervalMs, lostAfterMs, pools }: AgentsSettings,
  context: SourceContext,
): Source => {
  const registry = new Registry();
  const metrics = registerFamily(registry, AGENT_METRICS);
  const jobWatches = targets.map(
    (target) => new JobWatch(target, lostAfterMs, metrics, context.log),
  );
  const poolWatches = pools.map((pool) => new PoolWatch(pool, metrics, context.log));
  const answered = new Map<JobWatch, boolean>();
  const timers = new Map<object, NodeJS.Timeout>();
  const looking = new Map<object, Promise<void>>();
  let stopped = false;

  /** Repeat a poll. A slow one delays the next one and never overlaps it. */
  const repeat = (watch: object, look: () => Promise<void>): void => {
    const running = look()
      .catch((error: unknown) =>
        context.error(`${error instanceof Error ? error.name : 'unknown error'} while looking`),
      )
      .finally(() => {
        if (stopped) return;
        timers.set(
          watch,
          setTimeout(() => repeat(watch, look), intervalMs),
        );
      });
    looking.set(watch, running);
  };

  return {
    name: 'agents',
    registry,
    start: async () => {
      for (const watch of jobWatches)
        repeat(watch, async () => {
          answered.set(watch, await watch.look());
          // A worker that is down is a figure of the source; the API must answer.
          context.up([...answered.values()].every(Boolean));
        });
      for (const watch of poolWatches) repeat(watch, () => watch.look());
    },
    stop: async () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      const patience = sleep(STOP_WITHIN_MS, undefined, { ref: false });
      await Promise.race([Promise.all(looking.values()), patience]);
    },
  };
};
