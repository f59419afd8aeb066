import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveRun } from '@livekit-swarm/runner';
import type { DrillDeployment } from '../execute/deployment.ts';
import type { Autoscaler } from '../targets/kubernetes/autoscaler.ts';
import type { DeployedScaler } from './deployed-scaler.ts';
import { createPodChanges } from './pod-changes.ts';
import { type ClusterReading, createClusterReader } from './read-load.ts';

interface Observation {
  deployment: Pick<DrillDeployment, 'redisUrl'>;
  autoscaler: Autoscaler;
  rule: DeployedScaler['rule'];
  /** Names of the rooms of the load. */
  rooms: ReadonlySet<string>;
  /** End of the timetable, ms after the start of the run: then all leave, which is no reason. */
  endAtMs: number;
  live: Pick<LiveRun, 'elapsedMs' | 'append'>;
  stop: AbortSignal;
}

/** Time between two looks at the cluster, ms. */
const TICK_MS = 500;

/** Looks between two at the events of the autoscaler, which are many in a large namespace. */
const LOOKS_PER_EVENTS = 4;

/** Time without a reading from which the end of the observation states that there was none, ms. */
const SILENT_MS = 2_000;

/**
 * Observes the autoscaler of a deployment and its pods to the end of the timetable, and changes
 * nothing. What happens is in the record.
 */
export const observeAutoscaler = async ({
  deployment,
  autoscaler,
  rule,
  rooms,
  endAtMs,
  live,
  stop,
}: Observation): Promise<void> => {
  const reader = createClusterReader(deployment, rule.metric);
  const changes = createPodChanges(rooms, (event) => live.append(event));
  /** Events from before the run. */
  const known = new Set(
    ((await unlessStopped(stop, autoscaler.notices())) ?? []).map(({ key }) => key),
  );
  // A run starts a moment after it is announced.
  await sleep(Math.max(0, -live.elapsedMs()), undefined, { signal: stop }).catch(() => {});
  let wanted: number | null = null;
  let lastState = '';
  let hasLooked = false;
  let readAt = 0;
  const observed = (at: number, load: ClusterReading['load'] | null): void => {
    const unnamed = changes.unnamed();
    readAt = at;
    live.append({
      event: 'scale_observed',
      load: load === null || unnamed.length > 0 ? null : Object.fromEntries(load),
      ...{ wanted: wanted ?? 0, serving: changes.serving() },
      ...(unnamed.length === 0 ? {} : { unnamed }),
    });
  };
  try {
    for (let looks = 0; ; looks++) {
      // The pods first: what the autoscaler has decided is known when their change is explained.
      const pods = await unlessStopped(stop, autoscaler.pods());
      const state = await unlessStopped(stop, autoscaler.read());
      const notices =
        looks % LOOKS_PER_EVENTS === 0
          ? ((await unlessStopped(stop, autoscaler.notices())) ?? [])
          : [];
      const at = live.elapsedMs();
      if (stop.aborted || at >= endAtMs) {
        if (hasLooked && at - readAt > SILENT_MS) observed(at, null);
        break;
      }
      if (state !== null) {
        const { desired, current, conditions } = state;
        const text = JSON.stringify([
          ...[desired, current],
          // Messages state figures that differ each time.
          ...conditions.map(({ type, isTrue, reason }) => [type, isTrue, reason]),
        ]);
        if (text !== lastState)
          live.append({ event: 'autoscaler_observed', desired, current, conditions });
        lastState = text;
        // Before its first decision, an autoscaler desires none.
        const wants = desired === 0 ? current : desired;
        if (wanted !== null && wants !== wanted) {
          live.append({ event: 'scale_decided', from: wanted, to: wants, why: 'load' });
          changes.decided(wanted, wants);
        }
        wanted = wants;
      }
      for (const { key, reason, message } of notices) {
        if (known.has(key)) continue;
        known.add(key);
        live.append({ event: 'autoscaler_noticed', reason, message });
      }
      if (pods !== null) {
        changes.look(pods);
        hasLooked = true;
      }
      const reading = await unlessStopped(stop, reader.read(changes.names()));
      if (reading !== null) changes.see(reading);
      const isKnown = reading !== null && pods !== null && state !== null;
      // The first one names the nodes of the beginning.
      if (hasLooked) observed(live.elapsedMs(), isKnown ? reading.load : null);
      await sleep(TICK_MS, undefined, { signal: stop }).catch(() => {});
    }
  } finally {
    reader.close();
  }
};

/** @returns null: it failed, or `stop` came first */
const unlessStopped = async <T>(stop: AbortSignal, look: Promise<T>): Promise<T | null> => {
  const stopped = Promise.withResolvers<null>();
  const end = (): void => stopped.resolve(null);
  if (stop.aborted) end();
  stop.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([look.catch(() => null), stopped.promise]);
  } finally {
    stop.removeEventListener('abort', end);
  }
};
