import { createScaler } from '../scaler.ts';
import { createLoadReader, type LoadCurve } from './load-curve.ts';
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
 * two decisions: a metric is read once in between.
 */
export const simulateReactive = (
  curve: Pick<LoadCurve, 'points' | 'repeats'>,
  rules: ReactiveRules,
  { fromAt, toAt }: { fromAt: number; toAt: number },
): ReactiveForecast => {
  const { carries, target, boot, every, coolDown, min } = rules;
  const rule = { target, tolerance: TOLERANCE, coolDown: { up: 0, down: coolDown } };
  const scaler = createScaler(rule, { min, max: Number.POSITIVE_INFINITY });
  const [loadAt, seenAt] = [createLoadReader(curve), createLoadReader(curve)];
  /** Times from which nodes serve, oldest first. */
  const nodes = Array.from({ length: nodesNeeded(loadAt(fromAt), target, min) }, () => fromAt);
  const shortages: Shortage[] = [];
  let [shortMs, nodeMs, decisions, serving] = [0, 0, 0, nodes.length];
  let wasShort = false;
  for (let at = fromAt; at < toAt; at += every) {
    const decision = scaler.decide({
      at,
      load: seenAt(at - every),
      planned: null,
      wanted: nodes.length,
    });
    if (decision !== null) {
      decisions += 1;
      while (nodes.length < decision.to) nodes.push(at + boot);
      nodes.length = decision.to;
      serving = Math.min(serving, nodes.length);
    }
    while ((nodes[serving] ?? Number.POSITIVE_INFINITY) <= at) serving += 1;
    const lasts = Math.min(every, toAt - at);
    nodeMs += nodes.length * lasts;
    const load = loadAt(at);
    const missing = nodesNeeded(load, carries, 0) - serving;
    if (missing > 0) {
      shortMs += lasts;
      const beyond = load - serving * carries;
      const last = shortages.at(-1);
      if (wasShort && last !== undefined) {
        last.toAt = at + lasts;
        last.load = Math.max(last.load, beyond);
        last.nodes = Math.max(last.nodes, missing);
      } else shortages.push({ fromAt: at, toAt: at + lasts, load: beyond, nodes: missing });
    }
    wasShort = missing > 0;
  }
  return { shortages, shortMs, nodeMs, decisions };
};
