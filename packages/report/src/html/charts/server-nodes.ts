import { untrusted } from '../markup.ts';
import { type ChartHistory, type ChartLine, level } from './chart-spec.ts';

/** Lines of a level of the server: of all nodes together, and of each if there are several. */
export const byNode =
  (what: 'cpu' | 'memory' | 'goroutines') =>
  (history: ChartHistory): ChartLine[] => {
    const name = `server ${what}`;
    const metric = `server_${what}` as const;
    const nodes = nodesOf(history);
    if (nodes.length < 2)
      return [{ ...level(name, untrusted(nodes[0] ?? 'server'), 'plain', 'area'), metric }];
    return [
      { ...level(name, 'all nodes', 'plain', 'solid'), metric },
      ...nodes.map((node, index) =>
        level(`${name} of ${node}`, untrusted(node), `step-${1 + (index % 6)}`, 'thin'),
      ),
    ];
  };

/** Nodes that are followed one by one. */
const nodesOf = ({ names }: ChartHistory): string[] => [
  ...new Set(
    ['server cpu of ', 'server memory of '].flatMap((prefix) =>
      names(prefix).map((name) => name.slice(prefix.length)),
    ),
  ),
];
