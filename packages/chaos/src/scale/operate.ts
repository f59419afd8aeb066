import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveRun } from '@livekit-swarm/runner';
import { SwarmError } from '@livekit-swarm/settings';
import type { DrillDeployment } from '../execute/deployment.ts';
import { createMachines, type Machine, type Machines } from './machines.ts';
import { type ClusterReading, createClusterReader } from './read-load.ts';
import { createScaler } from './scaler.ts';
import type { ScalerFile, SpotNotice } from './scaler-file.ts';

export interface Operation {
  deployment: DrillDeployment;
  file: ScalerFile;
  /** Most load of the timetable from one time to another; null: the metric has none. */
  planned: ((fromMs: number, toMs: number) => number) | null;
  /** End of the timetable, ms after the start of the run: then all leave, which is no reason. */
  endAtMs: number;
  live: Pick<LiveRun, 'elapsedMs' | 'append'>;
  stop: AbortSignal;
}

/** Time between two readings of the cluster, ms. A scaler decides less often. */
const TICK_MS = 500;

const NO_READING: ClusterReading = {
  ...{ load: new Map(), rooms: new Map(), placed: new Map(), serving: new Set() },
};

/**
 * Operates a cluster by the rules of a scaler to the end of the timetable: reads the load, decides, orders
 * and removes nodes, and reclaims those of Spot notices. What happens is in the record.
 * @throws SwarmError `service_ended` when a node ends on its own; what a node that could not be started
 * or stopped reports
 */
export const operate = async (operation: Operation): Promise<void> => {
  const { deployment, file, planned, endAtMs, live, stop } = operation;
  const { rule, nodes } = file;
  let last = NO_READING;
  const failed = new AbortController();
  const over = new AbortController();
  const ended = AbortSignal.any([stop, failed.signal, over.signal]);
  const machines = await createMachines({
    deployment,
    ...{ bootMs: nodes.boot, drainMs: rule.drain, stop: ended },
    append: (event) => live.append(event),
    roomsOn: (name) => last.rooms.get(name) ?? [],
    onFailed: (error) => failed.abort(error),
  });
  const reader = createClusterReader(deployment, rule.metric);
  const scaler = createScaler(rule, nodes);
  const notices = file.spot.toSorted((a, b) => a.at - b.at);
  const ahead = rule.mode === 'predictive' ? (rule.ahead ?? 0) : null;
  let wanted = nodes.min;
  let decideAt = 0;
  /** Nodes of decisions that are still to be ordered; others replace those of Spot. */
  let owed = 0;
  try {
    for (;;) {
      const reading = await reader.read(namesOf(machines), leavingOf(machines)).catch(() => null);
      last = reading ?? last;
      const crashed = await machines.crashed();
      const at = live.elapsedMs();
      if (ended.aborted || at >= endAtMs) break;
      // A scaler decides nothing about it, and its rooms stay in the registry.
      if (crashed !== undefined) throw crashOf(crashed, deployment);
      const serving = machines.serving().map(({ name }) => name);
      if (reading !== null)
        for (const machine of machines.serving()) {
          if (machine.isRegistered || !reading.serving.has(machine.nodeId ?? '')) continue;
          machine.isRegistered = true;
          live.append({ event: 'node_registered', component: machine.name });
        }
      live.append(
        {
          event: 'scale_observed',
          load: reading === null ? null : Object.fromEntries(reading.load),
          ...{ wanted, serving },
        },
        at,
      );
      if (reading !== null && at >= decideAt) {
        decideAt = at + rule.every;
        const load = serving.reduce((sum, name) => sum + (reading.load.get(name) ?? 0), 0);
        const decision = scaler.decide({
          ...{ at, load, wanted },
          planned: ahead === null || planned === null ? null : planned(at, at + ahead),
        });
        if (decision !== null) {
          live.append({ event: 'scale_decided', from: wanted, ...decision }, at);
          owed = Math.max(0, owed + decision.to - wanted);
          wanted = decision.to;
        }
      }
      while ((notices[0]?.at ?? Number.POSITIVE_INFINITY) <= at) {
        const [notice] = notices;
        const machine = notice && spotNodeOf(notice, machines, last);
        // No node serves: the notice waits for one.
        if (notice === undefined || machine === undefined) break;
        notices.shift();
        machines.reclaim(machine, notice.notice, notice.reaction === 'drain');
      }
      while (machines.alive().length < wanted) {
        if (!machines.order(owed > 0 ? 'scale' : 'spot')) break;
        owed = Math.max(0, owed - 1);
      }
      for (const machine of surplusOf(machines, wanted, rule.scaleIn, last))
        machines.remove(machine);
      await sleep(TICK_MS, undefined, { signal: ended }).catch(() => {});
    }
  } finally {
    // A node that boots would start in a lab that has stopped.
    over.abort();
    reader.close();
  }
  if (failed.signal.aborted) throw failed.signal.reason;
};

const namesOf = ({ all }: Pick<Machines, 'all'>): Map<string, string> =>
  new Map(
    all.flatMap(({ name, nodeId, state }) =>
      nodeId === null || state === 'idle' || state === 'booting' ? [] : [[nodeId, name]],
    ),
  );

const leavingOf = ({ all }: Pick<Machines, 'all'>): Set<string> =>
  new Set(all.flatMap(({ name, state }) => (state === 'leaving' ? [name] : [])));

/**
 * Machines that are not wanted any more and serve. One that boots goes when it serves: no other goes
 * in its place.
 */
export const surplusOf = (
  machines: Pick<Machines, 'alive'>,
  wanted: number,
  victim: ScalerFile['rule']['scaleIn'],
  reading: Pick<ClusterReading, 'load'>,
): Machine[] => {
  const load = ({ name }: Machine): number => reading.load.get(name) ?? 0;
  const alive = machines
    .alive()
    .toSorted((a, b) =>
      victim === 'newest' ? b.order - a.order : load(a) - load(b) || b.order - a.order,
    );
  return alive
    .slice(0, Math.max(0, alive.length - wanted))
    .filter(({ state }) => state === 'serving');
};

const crashOf = (
  { name }: Machine,
  { nodeLogs = [] }: Pick<DrillDeployment, 'nodeLogs'>,
): SwarmError => {
  const log = nodeLogs.find(({ node }) => node === name);
  return new SwarmError(
    'service_ended',
    `${name} ended on its own during the rehearsal`,
    log === undefined ? null : `read ${log.file}`,
  );
};

const spotNodeOf = (
  { node }: SpotNotice,
  machines: Machines,
  reading: ClusterReading,
): Machine | undefined => {
  const load = ({ name }: Machine): number => reading.load.get(name) ?? 0;
  const [first] = machines
    .serving()
    .filter(({ isReclaimed }) => !isReclaimed)
    .toSorted((a, b) =>
      node === 'newest' ? b.order - a.order : load(b) - load(a) || a.order - b.order,
    );
  return first;
};
