import { setTimeout as sleep } from 'node:timers/promises';
import type { Replacement } from '../platform.ts';
import type { Pod } from './pods.ts';

const POLL_MS = 100;
/** Time after which a pod counts as not replaced, ms. */
const PATIENCE_MS = 10 * 60_000;

/** Observes the replacement of terminated pods. */
export interface ReplacementTracker {
  /** Starts to observe a pod; to be called before its termination. */
  watch(pod: Pod): void;
  /** Returns replacements that became ready since the last call. */
  collect(): Replacement[];
  close(): void;
}

/** @param look lists all pods */
export const createReplacementTracker = (look: () => Promise<Pod[]>): ReplacementTracker => {
  const over = new AbortController();
  const done: Replacement[] = [];
  const watched = new Set<string>();

  const follow = async (lost: Pod, others: ReadonlySet<string>): Promise<void> => {
    const startedAt = performance.now();
    const seen: {
      terminatedMs: number | null;
      scheduledMs: number | null;
      runningMs: number | null;
    } = {
      terminatedMs: null,
      scheduledMs: null,
      runningMs: null,
    };
    while (!over.signal.aborted && performance.now() - startedAt < PATIENCE_MS) {
      await sleep(POLL_MS, undefined, { signal: over.signal }).catch(() => {});
      const pods = await look().catch(() => null);
      // The API server may fail for a moment; the next attempt is soon.
      if (pods === null) continue;
      const elapsed = Math.round(performance.now() - startedAt);
      if (!pods.some(({ uid }) => uid === lost.uid)) seen.terminatedMs ??= elapsed;
      const next = replacementOf(lost, pods, others);
      if (next === undefined) continue;
      if (next.host !== null) seen.scheduledMs ??= elapsed;
      if (next.running) seen.runningMs ??= elapsed;
      if (!next.ready || next.terminating) continue;
      done.push({
        component: lost.name,
        replacement: next.name,
        ...seen,
        readyMs: elapsed,
        readyAt: performance.now(),
      });
      return;
    }
  };

  return {
    watch: (pod) => {
      // A pod that is terminated twice is replaced once.
      if (watched.has(pod.uid)) return;
      watched.add(pod.uid);
      void look()
        .then((pods) => follow(pod, new Set(pods.map(({ uid }) => uid))))
        .catch(() => {});
    },
    collect: () => done.splice(0),
    close: () => over.abort(),
  };
};

/**
 * Replacement of a pod: in a StatefulSet the pod of the same name, otherwise one that did not exist
 * before.
 */
export const replacementOf = (
  lost: Pod,
  pods: readonly Pod[],
  others: ReadonlySet<string>,
): Pod | undefined =>
  pods.find(
    ({ uid, kind, name, owner }) =>
      uid !== lost.uid &&
      (name === lost.name ||
        (kind === lost.kind && owner?.name === lost.owner?.name && !others.has(uid))),
  );
