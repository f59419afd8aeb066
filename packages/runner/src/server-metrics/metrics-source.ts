import { fetchText, httpEndpoint } from './http-answer.ts';
import { figuresOf, nodeIdOf, readExposition } from './livekit-metrics.ts';
import { hostOf, type ServerSource, SourceError } from './server-source.ts';

/**
 * Creates the source that reads `/metrics` of one node, which livekit-server serves on
 * `prometheus.port`.
 * @param name name of the node; default: host and port of the URL
 */
export const metricsSource = (
  url: string,
  name: string = new URL(url).host,
  now: () => number = () => performance.now(),
): ServerSource => {
  const endpoint = httpEndpoint(url);
  const host = hostOf(new URL(url).host);
  return {
    name: 'metrics',
    where: endpoint.where,
    sample: async (signal) => {
      const text = await fetchText(endpoint, endpoint.url, signal);
      const measuredAtMs = now();
      const series = readExposition(text);
      const id = nodeIdOf(series);
      if (id === null)
        throw new SourceError(
          'not_livekit',
          `${endpoint.where} has no metrics of livekit-server (its prometheus.port serves them)`,
        );
      return [{ id, name, host, measuredAtMs, figures: figuresOf(series) }];
    },
  };
};
