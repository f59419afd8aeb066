import { createScaler } from '../scaler.ts';
import { createLineReader, createLoadReader, type LoadCurve, type LoadLine } from './load-curve.ts';
import { nodesNeeded } from './node-steps.ts';

/** Rules of a scaler that decides by the load that there is. Times in ms. */
export interface ReactiveRules {
  /** Load that a node carries: above it, users notice. */
  carries: number;
  /** Load of each node that the scaler aims at. */
  target: number;
  /** Time from the order of a node until it takes rooms. */
  boot: number;
  /** Time between two decisions, and age of the load that they are made by. */
  every: number;
  /** Least time from the last decision to one for fewer nodes. */
  coolDown: number;
  min: number;
}

/** Time in which the load was more than all serving nodes carry. */
export interface Shortage {
  fromAt: number;
  toAt: number;
  /** Most load that no node carried. */
  load: number;
  /** Most nodes that were missing. */
  nodes: number;
}

export interface ReactiveForecast {
  shortages: Shortage[];
  shortMs: number;
  /** Time of all nodes, from their order to their removal, ms. */
  nodeMs: number;
  decisions: number;
}

/** Deviation that an HPA tolerates by default. */
export const TOLERANCE = 0.1;

/**
 * Simulates the reference scaler on a load. It decides by a load that is as old as the time between
 * two decisions: a metric is read once in between. Shortages are computed between all changes of
 * load and nodes, as a load may come and go between two decisions.
 */
export const simulateReactive = (
  curve: Pick<LoadCurve, 'points' | 'repeats'>,
  rules: ReactiveRules,
  { fromAt, toAt }: { fromAt: number; toAt: number },
): ReactiveForecast => {
  const { carries, target, boot, every, coolDown, min } = rules;
  const rule = { target, tolerance: TOLERANCE, coolDown: { up: 0, down: coolDown } };
  const scaler = createScaler(rule, { min, max: Number.POSITIVE_INFINITY });
  const [lineAt, seenAt] = [createLineReader(curve), createLoadReader(curve)];
  /** Times from which nodes serve, oldest first. */
  const nodes = Array.from({ length: nodesNeeded(lineAt(fromAt).load, target, min) }, () => fromAt);
  const shortages: Shortage[] = [];
  let [nodeMs, decisions, serving, decideAt] = [0, 0, nodes.length, fromAt];
  let at = fromAt;
  while (at < toAt) {
    if (at >= decideAt) {
      const decision = scaler.decide({
        at,
        load: seenAt(at - every),
        planned: null,
        wanted: nodes.length,
      });
      decideAt += every;
      if (decision !== null) {
        decisions += 1;
        while (nodes.length < decision.to) nodes.push(at + boot);
        nodes.length = decision.to;
        serving = Math.min(serving, nodes.length);
      }
    }
    while ((nodes[serving] ?? Number.POSITIVE_INFINITY) <= at) serving += 1;
    const line = lineAt(at);
    const servesAt = nodes[serving] ?? Number.POSITIVE_INFINITY;
    const untilAt = Math.min(toAt, decideAt, servesAt, line.toAt);
    nodeMs += nodes.length * (untilAt - at);
    const shortage = shortageOf(line, { fromAt: at, toAt: untilAt }, serving, carries);
    if (shortage !== null) append(shortages, shortage);
    at = untilAt;
  }
  const shortMs = shortages.reduce((sum, short) => sum + (short.toAt - short.fromAt), 0);
  return { shortages, shortMs, nodeMs, decisions };
};

/** Part of a span in which a straight load is more than the serving nodes carry; null: none. */
const shortageOf = (
  { load: first, slope }: LoadLine,
  { fromAt, toAt }: { fromAt: number; toAt: number },
  serving: number,
  carries: number,
): Shortage | null => {
  const last = first + slope * (toAt - fromAt);
  const missing = (load: number): number => nodesNeeded(load, carries, 0) - serving;
  const nodes = Math.max(missing(first), missing(last));
  if (nodes <= 0) return null;
  const crossedAt = Math.max(fromAt, fromAt + (serving * carries - first) / slope);
  return {
    fromAt: missing(first) > 0 ? fromAt : crossedAt,
    toAt: missing(last) > 0 ? toAt : Math.min(toAt, crossedAt),
    load: Math.max(first, last) - serving * carries,
    nodes,
  };
};

/** Adds a shortage, or extends the last one that it continues. */
const append = (shortages: Shortage[], shortage: Shortage): void => {
  const last = shortages.at(-1);
  if (last === undefined || last.toAt < shortage.fromAt) {
    shortages.push(shortage);
    return;
  }
  last.toAt = shortage.toAt;
  last.load = Math.max(last.load, shortage.load);
  last.nodes = Math.max(last.nodes, shortage.nodes);
};
