import type { LoadPoint } from './load-curve.ts';

/** A time in which the number of nodes stays the same. */
export interface NodeSpan {
  fromAt: number;
  toAt: number;
  nodes: number;
}

/** Nodes that a load needs. Rounding errors of a crossing do not count as another node. */
export const nodesNeeded = (load: number, target: number, min: number): number =>
  Math.max(min, Math.ceil(load / target - 1e-9));

/**
 * Nodes that a curve needs over time: neighbours differ.
 * @param target load of each node
 * @param min nodes that run in any case
 */
export const neededSpans = (
  points: readonly LoadPoint[],
  target: number,
  min: number,
): NodeSpan[] => {
  const spans: NodeSpan[] = [];
  for (const [index, left] of points.entries()) {
    const right = points[index + 1];
    if (right === undefined || right.at === left.at) continue;
    for (const span of spansOfLine(left, right, target, min)) append(spans, span);
  }
  return spans;
};

/** Spans of a straight line: their limits are where it crosses a multiple of the target. */
const spansOfLine = (
  left: LoadPoint,
  right: LoadPoint,
  target: number,
  min: number,
): NodeSpan[] => {
  const [first, last] = [left, right].map(({ load }) => nodesNeeded(load, target, min));
  if (first === undefined || last === undefined || first === last)
    return [{ fromAt: left.at, toAt: right.at, nodes: first ?? min }];
  const way = Math.sign(last - first);
  const crossedAt = (nodes: number): number =>
    left.at + ((nodes * target - left.load) / (right.load - left.load)) * (right.at - left.at);
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, index) => {
    const nodes = first + index * way;
    // Up, a node is needed from the crossing of those below it; down, to the crossing of its own.
    const [begin, end] = way > 0 ? [nodes - 1, nodes] : [nodes, nodes - 1];
    return {
      fromAt: nodes === first ? left.at : crossedAt(begin),
      toAt: nodes === last ? right.at : crossedAt(end),
      nodes,
    };
  });
};

const append = (spans: NodeSpan[], span: NodeSpan): void => {
  if (span.toAt <= span.fromAt) return;
  const last = spans.at(-1);
  if (last?.nodes === span.nodes) last.toAt = span.toAt;
  else spans.push({ ...span });
};

/**
 * Nodes that must run so that each is there in time: from `before` the time at which it is needed,
 * until `after` the time at which it no longer is.
 * @param limits time that is asked for; outside of all spans, `min` nodes run
 */
export const widenSpans = (
  spans: readonly NodeSpan[],
  { before, after }: { before: number; after: number },
  limits: { fromAt: number; toAt: number },
  min: number,
): NodeSpan[] => {
  const wide = spans.map(({ fromAt, toAt, nodes }) => ({
    fromAt: fromAt - before,
    toAt: toAt + after,
    nodes,
  }));
  const times = [...new Set(wide.flatMap(({ fromAt, toAt }) => [fromAt, toAt]))]
    .filter((at) => at > limits.fromAt && at < limits.toAt)
    .sort((one, other) => one - other);
  const edges = [limits.fromAt, ...times, limits.toAt];
  const found: NodeSpan[] = [];
  let first = 0;
  for (const [index, fromAt] of edges.entries()) {
    const toAt = edges[index + 1];
    if (toAt === undefined) break;
    // Spans are in the order of time, and so are their ends.
    while ((wide[first]?.toAt ?? Number.POSITIVE_INFINITY) <= fromAt) first += 1;
    let nodes = min;
    for (let at = first; (wide[at]?.fromAt ?? Number.POSITIVE_INFINITY) <= fromAt; at++)
      nodes = Math.max(nodes, wide[at]?.nodes ?? 0);
    append(found, { fromAt, toAt, nodes });
  }
  return found;
};

/** Time of all nodes, ms. */
export const nodeTime = (spans: readonly NodeSpan[]): number =>
  spans.reduce((sum, { fromAt, toAt, nodes }) => sum + (toAt - fromAt) * nodes, 0);
