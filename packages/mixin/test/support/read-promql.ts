import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A metric that a query asks for, with the labels it asks about. */
export interface Selection {
  metric: string;
  matchers: readonly string[];
}

export interface ReadQuery {
  selections: readonly Selection[];
  /** Labels that answers are grouped by, with the metrics that are grouped. */
  groupings: readonly { labels: readonly string[]; metrics: readonly string[] }[];
  /** Functions by the metrics they are applied to: `rate`, `increase`, … */
  calls: readonly { function: string; metrics: readonly string[] }[];
}

/** Reads a query by Prometheus' own grammar. @throws Error where it does not follow it */
export const readPromql = (expr: string): ReadQuery => {
  const text = (node: SyntaxNode): string => expr.slice(node.from, node.to);
  const within = (node: SyntaxNode, name: string): SyntaxNode[] => {
    const found: SyntaxNode[] = [];
    node.cursor().iterate((each) => {
      if (each.name === name && each.from >= node.from && each.to <= node.to) found.push(each.node);
    });
    return found;
  };
  const root = parser.parse(expr).topNode;
  root.cursor().iterate(({ type, from }) => {
    if (type.isError)
      throw new Error(`not PromQL from "${expr.slice(from, from + 30)}" on: ${expr}`);
  });
  const metricOf = (selector: SyntaxNode): string => {
    const name = selector.getChild('Identifier');
    if (name === null) throw new Error(`a selector without a name of a metric: ${text(selector)}`);
    return text(name);
  };
  const metricsIn = (node: SyntaxNode): string[] => within(node, 'VectorSelector').map(metricOf);
  const selectors = within(root, 'VectorSelector');
  return {
    selections: selectors.map((selector) => ({
      metric: metricOf(selector),
      matchers: within(selector, 'LabelName').map(text),
    })),
    groupings: within(root, 'AggregateExpr').map((aggregate) => {
      const modifier = aggregate.getChild('AggregateModifier');
      const labels = modifier === null ? [] : within(modifier, 'LabelName').map(text);
      return { labels, metrics: metricsIn(aggregate) };
    }),
    calls: within(root, 'FunctionCall').map((call) => {
      const name = call.getChild('FunctionIdentifier');
      return { function: name === null ? '' : text(name), metrics: metricsIn(call) };
    }),
  };
};
