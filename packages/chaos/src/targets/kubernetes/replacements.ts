import { setTimeout as sleep } from 'node:timers/promises';
import type { Replacement } from '../target.ts';
import type { Pod } from './pods.ts';

const POLL_MS = 100;
/** A pod that takes longer than that is told of as one that does not come back. */
const PATIENCE_MS = 10 * 60_000;

/** Pods that were told to end, and what became of them by themselves. */
export interface ReplacementTracker {
  /** Begins to watch; to be called before the pod is told. */
  watch(pod: Pod): void;
  /** Those that serve again since the last call. */
  collect(): Replacement[];
  close(): void;
}

/** @param look every pod as it is now */
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
      // The API server has its own troubles: looked at again.
      if (pods === null) continue;
      const elapsed = Math.round(performance.now() - startedAt);
      if (!pods.some(({ uid }) => uid === lost.uid)) seen.terminatedMs ??= elapsed;
      const next = replacementOf(lost, pods, others);
      if (next === undefined) continue;
      if (next.machine !== null) seen.scheduledMs ??= elapsed;
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
      // Told twice, it is lost once.
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

/** Of a set with names of its own the one of the same name; otherwise one that was not there before. */
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
