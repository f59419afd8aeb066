import { SwarmError } from '@livekit-swarm/settings';
import { createLoadReader, type LoadCurve, type LoadPoint, spanOf } from './load-curve.ts';
import { type NodeSpan, neededSpans, nodesNeeded, nodeTime, widenSpans } from './node-steps.ts';
import { type ReactiveForecast, type ReactiveRules, simulateReactive } from './reactive-scaler.ts';

/** Rules of a forecast. Its target follows from what a node carries and the headroom. */
export interface ForecastRules extends Omit<ReactiveRules, 'target'> {
  /** Factor on the load for which nodes are counted. */
  headroom: number;
}

/** Order or removal of nodes by the timetable. */
export interface ScheduledChange {
  at: number;
  /** Nodes that are ordered (+) or removed (−). */
  nodes: number;
  /** Nodes that run afterwards, those that boot included. */
  running: number;
  /** Time at which ordered nodes are needed; null: nodes are removed. */
  neededAt: number | null;
}

/** Forecast of the nodes of a timetable. Times as in its curve, sums in ms. */
export interface NodeForecast {
  curve: LoadCurve;
  rules: ForecastRules;
  /** Load of each node for which nodes are counted. */
  target: number;
  /** Time of the sums: from the first order to the last removal. */
  fromAt: number;
  toAt: number;
  /** Largest load, when it is first reached, and the nodes that it needs. */
  peak: { at: number; load: number; nodes: number };
  /** Nodes that the load needs at each time. */
  needed: NodeSpan[];
  /** Nodes that run so that each is there in time. */
  running: NodeSpan[];
  changes: ScheduledChange[];
  scheduledMs: number;
  /** Time of the nodes of the peak, if they always run. */
  fixedMs: number;
  /** Scaler with that target, and without the timetable. */
  reactive: ReactiveForecast;
  /**
   * Largest target of a reactive scaler that is never short: that of the forecast, or a lower one
   * with which nodes run for less time than if they always ran. Null: none.
   */
  safeTarget: number | null;
  /** Time of the nodes of a scaler with that target, ms. */
  safeMs: number | null;
}

/** Most nodes of a forecast. */
const MOST_NODES = 1_000;
/** Steps in which smaller targets are tried, as a share of what a node carries. */
const TARGET_STEP = 0.05;

/**
 * Forecasts nodes from a timetable.
 * @throws SwarmError `usage` where it needs too many nodes
 */
export const forecastNodes = (curve: LoadCurve, rules: ForecastRules): NodeForecast => {
  const { carries, headroom, boot, coolDown, min } = rules;
  const target = carries / headroom;
  const highest = peakOf(curve);
  const peak = { ...highest, nodes: nodesNeeded(highest.load, target, min) };
  if (peak.nodes > MOST_NODES)
    throw new SwarmError(
      'usage',
      `the timetable needs ${peak.nodes} nodes, and a forecast has at most ${MOST_NODES}`,
      'a node that carries more needs fewer of them; several deployments are several forecasts',
    );
  const whole = spanOf(curve);
  const limits = curve.repeats
    ? whole
    : { fromAt: whole.fromAt - boot, toAt: whole.toAt + coolDown };
  const needed = neededSpans(curve.repeats ? curve.points : padded(curve, limits), target, min);
  const running = widenSpans(
    curve.repeats ? repeated(needed, whole.toAt - whole.fromAt) : needed,
    { before: boot, after: coolDown },
    limits,
    min,
  );
  const simulate = (of: number): ReactiveForecast =>
    simulateReactive(curve, { ...rules, target: of }, limits);
  const fixedMs = peak.nodes * (limits.toAt - limits.fromAt);
  const reactive = simulate(target);
  const safe =
    reactive.shortMs === 0
      ? { target, nodeMs: reactive.nodeMs }
      : largestSafe(carries, target, fixedMs, simulate);
  return {
    ...{ curve, rules, target, ...limits, peak, needed, running },
    changes: changesOf(
      running,
      boot,
      curve.repeats ? null : nodesNeeded(curve.points[0].load, target, min),
    ),
    scheduledMs: nodeTime(running),
    fixedMs,
    reactive,
    safeTarget: safe?.target ?? null,
    safeMs: safe?.nodeMs ?? null,
  };
};

const peakOf = ({ points }: LoadCurve): LoadPoint =>
  points.reduce((most, point) => (point.load > most.load ? point : most));

const repeated = (spans: readonly NodeSpan[], length: number): NodeSpan[] =>
  [-length, 0, length].flatMap((by) =>
    spans.map(({ fromAt, toAt, nodes }) => ({ fromAt: fromAt + by, toAt: toAt + by, nodes })),
  );

/** The first load was there before, and the last one stays. */
const padded = (
  { points }: LoadCurve,
  { fromAt, toAt }: { fromAt: number; toAt: number },
): LoadPoint[] => [
  { at: fromAt, load: points[0].load },
  ...points,
  { at: toAt, load: points.at(-1)?.load ?? 0 },
];

/** @param before nodes that run before the first span; null: those of the last one */
const changesOf = (
  running: readonly NodeSpan[],
  boot: number,
  before: number | null,
): ScheduledChange[] => {
  let last = before ?? running.at(-1)?.nodes ?? 0;
  return running.flatMap(({ fromAt, nodes }) => {
    const change = nodes - last;
    last = nodes;
    return change === 0
      ? []
      : [
          {
            at: fromAt,
            nodes: change,
            running: nodes,
            neededAt: change > 0 ? fromAt + boot : null,
          },
        ];
  });
};

/** Tries whole figures, so that the result can be written into the rules of a scaler. */
const largestSafe = (
  carries: number,
  below: number,
  mostMs: number,
  simulate: (target: number) => ReactiveForecast,
): { target: number; nodeMs: number } | null => {
  const step = Math.max(1, Math.floor(carries * TARGET_STEP));
  const first = Math.min(Math.ceil(below) - 1, Math.floor(carries));
  for (let target = first; target >= 1; target -= step) {
    const { shortMs, nodeMs } = simulate(target);
    // The lower the target, the more nodes.
    if (nodeMs > mostMs) return null;
    if (shortMs === 0) return { target, nodeMs };
  }
  return null;
};

/** Load and nodes at evenly spaced times, for a chart. */
export const sampleForecast = (
  { curve, fromAt, toAt, running }: NodeForecast,
  count: number,
): { at: number; load: number; running: number }[] => {
  const loadAt = createLoadReader(curve);
  let span = 0;
  return Array.from({ length: count }, (_, index) => {
    const at = fromAt + ((toAt - fromAt) * (index + 0.5)) / count;
    while ((running[span]?.toAt ?? Number.POSITIVE_INFINITY) <= at) span += 1;
    return { at, load: loadAt(at), running: running[span]?.nodes ?? 0 };
  });
};
