import { noRunOf, type Outcome } from '@livekit-swarm/analysis';
import { isUsedUp, type UtilisationLimit } from '@livekit-swarm/analysis/capacity';
import type { Interruption } from '@livekit-swarm/host';
import { openRecord, recordLines } from '@livekit-swarm/record';
import {
  readRunSecrets,
  run,
  type WarmWorkers,
  warmWorkers,
  workersOnThisHost,
} from '@livekit-swarm/runner';
import { interruptedError, swarmErrorOf } from '@livekit-swarm/settings';
import { announcedLoad } from './announced-load.ts';
import { type Deployed, deploy, pathsOf } from './deploy.ts';
import type { PlannedRun } from './plan-run.ts';
import type { RunObserver } from './run-event.ts';
import { defaultRecordDir } from './run-name.ts';
import type { QueuedRun } from './run-on-queue.ts';
import { observationOf } from './server-metrics.ts';

/** Everything besides its plan that a run needs to be carried out. */
export interface RunConditions {
  /** The folder of the record and the logs; null: `records/TIME-RUN`. */
  recordDir: string | null;
  /**
   * `stop` ends the run, which is evaluated. At `kill` the record is written to the disk; the caller ends the process then, with which workers and
   * servers end.
   */
  interruption: Pick<Interruption, 'stop' | 'kill'>;
  observer: RunObserver;
  /** Version of the product, for the record and for agents. */
  version: string;
  /** End the run when a threshold is crossed by far: see `RunOptions`. */
  endWhenOverloaded?: boolean;
  /**
   * Profile an embedded server while it crosses a threshold, or one of these limits of utilisation.
   * Default: only the nodes whose profilers are named are profiled.
   */
  profiledLimits?: readonly UtilisationLimit[];
}

/**
 * Runs one scenario on one target; an embedded server is started and stopped where no deployment is given.
 * @returns its outcome, or what prevented it
 * @throws SwarmError `usage` when the record cannot be opened
 */
export const runOnce = async (planned: PlannedRun, conditions: RunConditions): Promise<Outcome> => {
  const { name, plan, toleratedLost, allocation, request } = planned;
  const { target, guard, signalling, browser, reconnectPolicy } = request;
  const { interruption, observer, version, profiledLimits } = conditions;
  const record = openRecord(conditions.recordDir ?? defaultRecordDir(name, new Date()));
  // Workers end in the exit handler of this process or with their channel, the server ends with its guard.
  const flush = (): void => record.flush();
  interruption.kill.addEventListener('abort', flush);
  let deployed: Deployed | null = null;
  let queued: QueuedRun | null = null;
  let warm: WarmWorkers | null = null;
  try {
    observer.onEvent({ type: 'starting', scenario: plan.scenario, target });
    if (planned.tooLarge !== undefined)
      observer.onEvent({ type: 'too_large', planned: planned.tooLarge });
    if (target.type === 'remote') {
      const load = announcedLoad(plan, target.url);
      if (load !== null) observer.onEvent({ type: 'load_announced', load });
      // The run asks again; this check comes before anything is started or reserved.
      await guard.admit(target, { run: name, plan });
    }
    // A secret that is missing ends the run before a server is started.
    const secrets = await readRunSecrets(plan, guard);
    // They load their engine while the server starts.
    if (allocation !== null) warm = warmWorkers(allocation.workers, record.dir, browser);
    deployed = await deploy(target, {
      dir: record.dir,
      onProgress: (line) => observer.onEvent({ type: 'preparing', line }),
      signal: interruption.stop,
      offers: pathsOf(plan),
      profiler: profiledLimits !== undefined,
    });
    interruption.stop.throwIfAborted();
    if (allocation === null && request.queue) {
      // It brings BullMQ, which runs on this host do without.
      const { reserveQueuedRun } = await import('./run-on-queue.ts');
      queued = await reserveQueuedRun(request.queue, planned, version, interruption.stop);
      const { workers } = queued.allocation;
      observer.onEvent({ type: 'hosts_reserved', hosts: queued.fleet.agents, processes: workers });
    }
    const workersOf = queued?.allocation ?? allocation;
    if (workersOf === null) throw new RangeError('a run on no host');
    const result = await run({
      deployment: deployed,
      guard,
      run: name,
      plan,
      secrets,
      toleratedLost,
      allocation: workersOf,
      placement: queued?.fleet.placement ?? workersOnThisHost(warm ?? undefined),
      signalling,
      ...(browser !== undefined && { browser }),
      ...(reconnectPolicy !== undefined && { reconnectPolicy }),
      record,
      version,
      stop: interruption.stop,
      endWhenOverloaded: conditions.endWhenOverloaded === true,
      server: {
        ...(await observationOf(request.serverMetrics, target, deployed)),
        ...(profiledLimits !== undefined && {
          isBeyondLimit: ({ metrics }) => isUsedUp(metrics, profiledLimits),
        }),
      },
      onProgress: observer.onProgress,
      onRoomsLeft: (count) => observer.onEvent({ type: 'rooms_left', count }),
      onIngressesLeft: (count) => observer.onEvent({ type: 'ingresses_left', count }),
      ...(observer.onLine !== undefined && { onLine: observer.onLine }),
      ...(observer.onStart !== undefined && { onStart: observer.onStart }),
    });
    const { summary, decision, record: recordPath } = result;
    return { summary, decision, recordPath, readLines: () => recordLines(recordPath) };
  } catch (error) {
    await warm?.end();
    record.discard();
    return noRunOf(
      interruption.stop.aborted ? interruptedError() : swarmErrorOf(error),
      plan.scenario.name,
    );
  } finally {
    observer.onEnd();
    await queued?.close();
    await deployed?.stop();
    interruption.kill.removeEventListener('abort', flush);
  }
};
