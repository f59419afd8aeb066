import type { DrillEvent } from '@livekit-swarm/record';
import type { NodePod } from '../targets/kubernetes/autoscaler.ts';
import type { ClusterReading } from './read-load.ts';

/** Run of the first container of a pod. */
interface PodRun {
  name: string;
  nodeId: string | null;
  isReady: boolean;
  isDraining: boolean;
  isRegistered: boolean;
  /** It is ready, and the ID of its node is not known. */
  isUnnamed: boolean;
  /** Reason for its end; null: it has not begun to end. */
  why: Why | null;
  /** Rooms of the load on it, and those that were moved away from it: LiveKit itself moves none. */
  rooms: Set<string>;
}

type Why = 'scale' | 'other';

/** Nodes of a deployment that come and go, as events of a record. */
export interface PodChanges {
  /** Counts pods that a decision adds or removes: their changes are its own. */
  decided(from: number, to: number): void;
  /** Appends what has changed since the last look. */
  look(pods: readonly NodePod[]): void;
  /** Takes the rooms of a reading, and appends which nodes take part in the cluster. */
  see(reading: Pick<ClusterReading, 'placed' | 'serving'>): void;
  /** Pods by the IDs of their nodes. */
  names(): Map<string, string>;
  /** Pods that are ready and do not end. */
  serving(): string[];
  /** Pods of them whose node is not known: so is their load. */
  unnamed(): string[];
}

/** @param rooms names of the rooms of the load */
export const createPodChanges = (
  rooms: ReadonlySet<string>,
  append: (event: DrillEvent) => void,
): PodChanges => {
  const runs = new Map<string, PodRun>();
  const owed = { added: 0, removed: 0 };
  /** Runs whose decision may not be known yet: a cluster acts before it states why. */
  const waiting = new Set<string>();
  /** Runs that have ended: their pod may wait to start again, and is listed without an exit code. */
  const ended = new Set<string>();
  /** Pods that had a run: another one is a restart, which no decision orders. */
  const started = new Set<string>();
  let isFirst = true;

  /** Reason for a change; null: it is decided at the next look. */
  const reasonOf = (change: keyof typeof owed, key: string): Why | null => {
    if (owed[change] > 0) {
      owed[change] -= 1;
      return 'scale';
    }
    if (waiting.delete(`${change} ${key}`)) return 'other';
    waiting.add(`${change} ${key}`);
    return null;
  };

  const changed = (
    { name: component, nodeId, rooms: held }: PodRun,
    id: Why,
    step: Extract<DrillEvent, { event: 'node_changed' }>['step'],
    detail: string | null = null,
  ): void =>
    append({
      event: 'node_changed',
      ...{ id, component, step, nodeId, version: null, rooms: [...held].sort(), detail },
    });

  const end = (key: string, run: PodRun, pod: NodePod | undefined): void => {
    run.why ??= isCrash(pod) ? 'other' : reasonOf('removed', key);
    if (run.why === null) return;
    // A node that has drained has closed its rooms.
    if (run.rooms.size > 0) changed(run, run.why, 'cutting');
    const code = pod?.exitCode ?? null;
    changed(run, run.why, 'stopped', code === null ? null : `exit code ${code}`);
    runs.delete(key);
    ended.add(key);
  };

  const begin = (key: string, pod: NodePod): void => {
    const isThere = isFirst && pod.ready && !pod.terminating;
    const orderedFor = (): Why | null => (started.has(pod.uid) ? 'other' : reasonOf('added', key));
    const why = isThere ? null : orderedFor();
    if (!isThere && why === null) return;
    started.add(pod.uid);
    if (why !== null) append({ event: 'node_ordered', component: pod.name, why });
    runs.set(key, {
      ...{ name: pod.name, nodeId: isThere ? pod.nodeId : null, isReady: isThere },
      ...{ isDraining: false, isRegistered: isThere, isUnnamed: false },
      ...{ why: null, rooms: new Set() },
    });
  };

  const follow = (key: string, run: PodRun, pod: NodePod): void => {
    run.nodeId ??= pod.nodeId;
    run.isUnnamed = pod.ready && !pod.terminating && run.nodeId === null;
    if (!run.isReady && pod.ready && run.nodeId !== null) {
      run.isReady = true;
      changed(run, 'scale', 'ready');
    }
    if (!pod.terminating || run.isDraining) return;
    run.why ??= reasonOf('removed', key);
    if (run.why === null) return;
    run.isDraining = true;
    changed(run, run.why, 'draining');
  };

  return {
    decided: (from, to) => {
      const [change, opposite] =
        to > from ? (['added', 'removed'] as const) : (['removed', 'added'] as const);
      const pods = Math.abs(to - from);
      // A decision that is reversed before a pod has changed explains no change.
      const cancelled = Math.min(owed[opposite], pods);
      owed[opposite] -= cancelled;
      owed[change] += pods - cancelled;
    },
    look: (pods) => {
      const listed = new Map(pods.map((pod) => [keyOf(pod), pod]));
      for (const [key, run] of [...runs]) {
        const pod = listed.get(key);
        if (pod === undefined || pod.exitCode !== null) end(key, run, pod);
        else follow(key, run, pod);
      }
      for (const [key, pod] of listed)
        if (!runs.has(key) && !ended.has(key) && pod.exitCode === null) {
          begin(key, pod);
          const run = runs.get(key);
          if (run !== undefined) follow(key, run, pod);
        }
      isFirst = false;
    },
    see: ({ placed, serving }) => {
      for (const run of runs.values()) {
        for (const room of run.rooms) if (!placed.has(room)) run.rooms.delete(room);
        for (const [room, id] of placed)
          if (id === run.nodeId && rooms.has(room)) run.rooms.add(room);
        if (run.isRegistered || !run.isReady || !serving.has(run.nodeId ?? '')) continue;
        run.isRegistered = true;
        append({ event: 'node_registered', component: run.name });
      }
    },
    names: () =>
      new Map(
        [...runs.values()].flatMap(({ name, nodeId }) => (nodeId === null ? [] : [[nodeId, name]])),
      ),
    serving: () =>
      [...runs.values()].flatMap(({ name, isReady, isDraining }) =>
        isReady && !isDraining ? [name] : [],
      ),
    unnamed: () => [...runs.values()].flatMap(({ name, isUnnamed }) => (isUnnamed ? [name] : [])),
  };
};

/** A container that ends with an error, and was not asked to end. */
const isCrash = (pod: NodePod | undefined): boolean =>
  pod !== undefined && !pod.terminating && pod.exitCode !== null && pod.exitCode !== 0;

const keyOf = ({ uid, restarts }: NodePod): string => `${uid}/${restarts}`;
