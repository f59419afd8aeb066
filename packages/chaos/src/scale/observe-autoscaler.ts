import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveRun } from '@livekit-swarm/runner';
import type { DrillDeployment } from '../execute/deployment.ts';
import type { Autoscaler } from '../targets/kubernetes/autoscaler.ts';
import type { DeployedScaler } from './deployed-scaler.ts';
import { createPodChanges } from './pod-changes.ts';
import { createClusterReader } from './read-load.ts';

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
  const known = new Set((await autoscaler.notices().catch(() => [])).map(({ key }) => key));
  // A run starts a moment after it is announced.
  await sleep(Math.max(0, -live.elapsedMs()), undefined, { signal: stop }).catch(() => {});
  let wanted: number | null = null;
  let lastState = '';
  let hasLooked = false;
  try {
    for (let looks = 0; ; looks++) {
      // The pods first: what the autoscaler has decided is known when their change is explained.
      const pods = await autoscaler.pods().catch(() => null);
      const state = await autoscaler.read().catch(() => null);
      const notices =
        looks % LOOKS_PER_EVENTS === 0 ? await autoscaler.notices().catch(() => []) : [];
      const at = live.elapsedMs();
      if (stop.aborted || at >= endAtMs) break;
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
      const reading = await reader.read(changes.names()).catch(() => null);
      if (reading !== null) changes.see(reading);
      const isKnown = reading !== null && pods !== null && state !== null;
      // The first one names the nodes of the beginning.
      if (hasLooked)
        live.append({
          event: 'scale_observed',
          load: isKnown ? Object.fromEntries(reading.load) : null,
          ...{ wanted: wanted ?? 0, serving: changes.serving() },
        });
      await sleep(TICK_MS, undefined, { signal: stop }).catch(() => {});
    }
  } finally {
    reader.close();
  }
};
