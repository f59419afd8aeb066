import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** Metric in a query, with the labels of its matchers. */
export interface Selection {
  metric: string;
  matchers: readonly string[];
  /** The selector as it is written, without its range. */
  text: string;
}

export interface ReadQuery {
  selections: readonly Selection[];
  /** Labels of aggregations, with the aggregated metrics, and the labels that are made for them. */
  groupings: readonly {
    labels: readonly string[];
    metrics: readonly string[];
    made: readonly string[];
  }[];
  /** Function calls with the metrics of their arguments: `rate`, `increase`, … */
  calls: readonly { function: string; metrics: readonly string[] }[];
}

/** Parses a query with the grammar of Prometheus. @throws Error if it is not PromQL */
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
    if (name === null) throw new Error(`a selector without a metric name: ${text(selector)}`);
    return text(name);
  };
  const metricsIn = (node: SyntaxNode): string[] => within(node, 'VectorSelector').map(metricOf);
  const functionOf = (call: SyntaxNode): string => {
    const name = call.getChild('FunctionIdentifier');
    return name === null ? '' : text(name);
  };
  /** Labels that `label_replace(…, "label", …)` sets. */
  const madeIn = (node: SyntaxNode): string[] =>
    within(node, 'FunctionCall')
      .filter((call) => functionOf(call) === 'label_replace')
      .flatMap((call) => within(call, 'StringLiteral').slice(-4, -3).map(text))
      .map((literal) => literal.slice(1, -1));
  const selectors = within(root, 'VectorSelector');
  return {
    selections: selectors.map((selector) => ({
      metric: metricOf(selector),
      matchers: within(selector, 'LabelName').map(text),
      text: text(selector),
    })),
    groupings: within(root, 'AggregateExpr').map((aggregate) => {
      const modifier = aggregate.getChild('AggregateModifier');
      const labels = modifier === null ? [] : within(modifier, 'LabelName').map(text);
      return { labels, metrics: metricsIn(aggregate), made: madeIn(aggregate) };
    }),
    calls: within(root, 'FunctionCall').map((call) => ({
      function: functionOf(call),
      metrics: metricsIn(call),
    })),
  };
};
