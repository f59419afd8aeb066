import type { DrillLine, EventLine, RecordLine } from '@livekit-swarm/record';
import { createConnected } from '../measure/connected.ts';
import { createAutoscalerFold } from './autoscaler-facts.ts';
import { createJoinTimes } from './join-times.ts';
import type { NewNode, RemovedNode, ScaleFacts, ScaleMoment, ScaleStep } from './rehearsal.ts';
import { nodesFor } from './scaler.ts';
import type { ScalerFile } from './scaler-file.ts';

/** Measures a rehearsal from the lines of its record, in their order. */
interface RehearsalFold {
  add(line: RecordLine): void;
  /**
   * @param endAtMs end of the run, ms after its start
   * @param planned load of the timetable at a time; null: the metric has none
   */
  result(endAtMs: number, planned: ((at: number) => number) | null): ScaleFacts;
}

type LineOf<Event extends DrillLine['event']> = Extract<DrillLine, { event: Event }>;

interface Lifetime {
  component: string;
  fromAt: number;
  toAt: number | null;
}

/** Time between two points of the timetable for the optimum, ms. */
const OPTIMUM_STEP_MS = 250;

/** Time between two readings from which the cluster was silent in between, ms. */
const SILENT_MS = 5_000;

/** Rules by which a rehearsal is measured: of the file, or of the autoscaler of a deployment. */
export interface MeasuredRules {
  nodes: Pick<ScalerFile['nodes'], 'min' | 'max' | 'carries'>;
  rule: Pick<ScalerFile['rule'], 'metric' | 'target' | 'coolDown'>;
  objectives: ScalerFile['objectives'];
  /** True for the autoscaler of a deployment. */
  isDeployed?: boolean;
}

export const createRehearsalFold = ({
  nodes,
  rule,
  objectives,
  isDeployed = false,
}: MeasuredRules): RehearsalFold => {
  const steps: ScaleStep[] = [];
  const removed: RemovedNode[] = [];
  const moments: ScaleMoment[] = [];
  const lifetimes: Lifetime[] = [];
  const joins = createJoinTimes(objectives.slowJoin);
  const connected = createConnected();
  const autoscaler = createAutoscalerFold();
  /** Newest order of each component, and node by the ID of its process. */
  const orders = new Map<string, NewNode>();
  const byNodeId = new Map<string, NewNode>();
  /** First join by the ID of its node: one may come before the node is known to be ready. */
  const firstJoins = new Map<string, number>();
  let overSince: number | null = null;
  let observedAt: number | null = null;
  let wasOverloaded = false;
  let unreadableMs = 0;
  let readings = 0;
  const unnamedPods = new Set<string>();
  const totals = { overloadedMs: 0, mostLoad: 0, disconnected: 0, recovered: 0 };

  const observe = ({ at, load, wanted, serving, unnamed = [] }: LineOf<'scale_observed'>): void => {
    if (readings === 0)
      for (const component of serving) lifetimes.push({ component, fromAt: 0, toAt: null });
    readings += 1;
    // What held at a reading is taken to hold until the next one.
    if (wasOverloaded && observedAt !== null) totals.overloadedMs += at - observedAt;
    const silentMs = at - (observedAt ?? 0);
    if (load === null || silentMs > SILENT_MS) unreadableMs += silentMs;
    for (const name of unnamed) unnamedPods.add(name);
    observedAt = at;
    wasOverloaded = false;
    if (load === null) {
      moments.push({ at, load, wanted, serving: serving.length });
      return;
    }
    const total = serving.reduce((sum, name) => sum + (load[name] ?? 0), 0);
    const most = Math.max(0, ...Object.values(load));
    totals.mostLoad = Math.max(totals.mostLoad, most);
    wasOverloaded = most > nodes.carries;
    moments.push({ at, load: total, wanted, serving: serving.length });
    if (total <= wanted * rule.target) overSince = null;
    else overSince ??= at;
    // A decision ahead of time is followed by the crossing.
    for (const step of steps)
      if (step.to > step.from && total > step.from * rule.target) step.crossedAt ??= at;
  };

  const decide = ({ at, from, to, why }: LineOf<'scale_decided'>): void => {
    const crossedAt = to > from ? overSince : null;
    steps.push({ decidedAt: at, from, to, why, crossedAt, nodes: [] });
    overSince = null;
  };

  const order = ({ at, component, why }: LineOf<'node_ordered'>): void => {
    const times = { readyAt: null, registeredAt: null, firstRoomAt: null };
    const node: NewNode = { component, orderedAt: at, ...times };
    orders.set(component, node);
    lifetimes.push({ component, fromAt: at, toAt: null });
    if (why === 'scale') steps.findLast(({ to, from }) => to > from)?.nodes.push(node);
    else {
      const lost = removed.find((one) => one.why === why && one.replacement === null);
      if (lost !== undefined) lost.replacement = node;
    }
  };

  const removalOf = (component: string, why: RemovedNode['why']): RemovedNode => {
    const known = removed.findLast((one) => one.component === component && one.stoppedAt === null);
    if (known !== undefined) return known;
    const created: RemovedNode = {
      ...{ component, why, noticedAt: null, drainingAt: null, stoppedAt: null },
      ...{ roomsCut: 0, participantsCut: 0, replacement: null },
    };
    removed.push(created);
    return created;
  };

  const change = (line: LineOf<'node_changed'>): void => {
    const { at, component, step, rooms, nodeId } = line;
    const why = line.id === 'spot' || line.id === 'other' ? line.id : 'scale';
    if (step === 'ready') {
      const node = orders.get(component);
      if (node === undefined) return;
      node.readyAt = at;
      if (nodeId === null) return;
      byNodeId.set(nodeId, node);
      node.firstRoomAt = firstJoins.get(nodeId) ?? null;
    } else if (step === 'draining') removalOf(component, why).drainingAt = at;
    else if (step === 'cutting') {
      const removal = removalOf(component, why);
      removal.participantsCut = connected.in(rooms);
      // A room without participants is kept for a while.
      removal.roomsCut = rooms.filter((room) => connected.in([room]) > 0).length;
    } else if (step === 'stopped') {
      removalOf(component, why).stoppedAt = at;
      const life = lifetimes.findLast((one) => one.component === component);
      if (life !== undefined) life.toAt = at;
    }
  };

  const addEvent = (line: EventLine): void => {
    connected.add(line);
    joins.add(line);
    if (line.event === 'disconnected') totals.disconnected += 1;
    if (line.event === 'resumed' || line.event === 'reconnected') totals.recovered += 1;
    if (line.event !== 'joined' || line.node === undefined || firstJoins.has(line.node)) return;
    firstJoins.set(line.node, line.at);
    const node = byNodeId.get(line.node);
    if (node !== undefined) node.firstRoomAt = line.at;
  };

  return {
    add: (line) => {
      if (line.type === 'event') addEvent(line);
      if (line.type !== 'drill') return;
      autoscaler.add(line);
      if (line.event === 'scale_observed') observe(line);
      if (line.event === 'scale_decided') decide(line);
      if (line.event === 'node_ordered') order(line);
      if (line.event === 'node_changed') change(line);
      if (line.event === 'spot_noticed') removalOf(line.component, 'spot').noticedAt = line.at;
      if (line.event === 'node_registered') {
        const node = orders.get(line.component);
        if (node !== undefined) node.registeredAt ??= line.at;
      }
    },
    result: (endAtMs, planned) => ({
      metric: rule.metric,
      ...{ steps, removed, moments, ...totals },
      joins: joins.result(spansOf(steps, removed, endAtMs)),
      reversals: reversalsOf(steps, Math.max(rule.coolDown.up, rule.coolDown.down)),
      nodeMs: lifetimes.reduce(
        (sum, { fromAt, toAt }) => sum + Math.min(toAt ?? endAtMs, endAtMs) - fromAt,
        0,
      ),
      optimumMs:
        planned === null
          ? optimumOfLoad(moments, endAtMs, (load) => nodesFor(load, rule, nodes))
          : optimumOfPlan(planned, endAtMs, (load) => nodesFor(load, rule, nodes)),
      optimumOf: planned === null ? 'load' : 'timetable',
      unreadable: observedAt === null ? 1 : unreadableMs / Math.max(1, observedAt),
      unnamed: [...unnamedPods].sort(),
      durationMs: endAtMs,
      autoscaler: isDeployed ? autoscaler.result(endAtMs) : null,
    }),
  };
};

/** Times in which the set of nodes changes. */
const spansOf = (
  steps: readonly ScaleStep[],
  removed: readonly RemovedNode[],
  endAtMs: number,
): { fromAt: number; toAt: number }[] => [
  ...steps
    .filter(({ from, to }) => to > from)
    .map(({ decidedAt, crossedAt, nodes }) => ({
      fromAt: Math.min(decidedAt, crossedAt ?? decidedAt),
      toAt: Math.max(decidedAt, ...nodes.map(({ firstRoomAt }) => firstRoomAt ?? endAtMs)),
    })),
  ...removed.map(({ noticedAt, drainingAt, stoppedAt, replacement }) => ({
    fromAt: noticedAt ?? drainingAt ?? stoppedAt ?? endAtMs,
    toAt: Math.max(stoppedAt ?? endAtMs, replacement?.firstRoomAt ?? 0),
  })),
];

const reversalsOf = (steps: readonly ScaleStep[], withinMs: number): number =>
  steps.filter((step, index) => {
    const before = steps[index - 1];
    if (before === undefined || step.decidedAt - before.decidedAt >= withinMs) return false;
    return Math.sign(step.to - step.from) !== Math.sign(before.to - before.from);
  }).length;

const optimumOfPlan = (
  planned: (at: number) => number,
  endAtMs: number,
  needed: (load: number) => number,
): number => {
  let sum = 0;
  for (let at = 0; at < endAtMs; at += OPTIMUM_STEP_MS)
    sum += needed(planned(at)) * Math.min(OPTIMUM_STEP_MS, endAtMs - at);
  return sum;
};

const optimumOfLoad = (
  moments: readonly ScaleMoment[],
  endAtMs: number,
  needed: (load: number) => number,
): number => {
  let last = 0;
  return moments.reduce((sum, { at, load }, index) => {
    last = load ?? last;
    const fromAt = index === 0 ? 0 : at;
    return sum + needed(last) * ((moments[index + 1]?.at ?? endAtMs) - fromAt);
  }, 0);
};
