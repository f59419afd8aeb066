import { HOST_METRIC, HOST_METRICS, hostFiguresOf } from './host-metrics.ts';
import { fetchText, httpEndpoint } from './http-answer.ts';
import { readExposition } from './livekit-metrics.ts';
import { hostOf, type ServerSource, SourceError } from './server-source.ts';

const WANTED: ReadonlySet<string> = new Set(HOST_METRICS);

/**
 * Creates the source that reads `/metrics` of a node_exporter on the host of a node.
 * @param node name of the node; null: every node whose address has this host
 */
export const hostSource = (
  url: string,
  node: string | null,
  now: () => number = () => performance.now(),
): ServerSource => {
  const endpoint = httpEndpoint(url);
  const host = hostOf(new URL(url).host);
  return {
    name: 'host',
    where: endpoint.where,
    sample: async (signal) => {
      const text = await fetchText(endpoint, endpoint.url, signal);
      const measuredAtMs = now();
      const series = readExposition(text, WANTED);
      if (!series.some(({ name }) => name === HOST_METRIC))
        throw new SourceError(
          'not_node_exporter',
          `${endpoint.where} has no metrics of a host (node_exporter serves them on port 9100)`,
        );
      return [{ id: null, name: node, host, measuredAtMs, figures: hostFiguresOf(series) }];
    },
  };
};
