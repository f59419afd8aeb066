import { figuresOf, NODE_METRIC, NODE_METRICS, nodeIdOf, type Series } from './livekit-metrics.ts';
import { type PrometheusOptions, prometheusClient } from './prometheus-client.ts';
import { hostOf, type NodeReading, type ServerSource, SourceError } from './server-source.ts';

/** Series of one target of Prometheus. */
interface Target {
  scrapedAtMs: number;
  ageMs: number;
  series: Series[];
}

/**
 * Creates the source that asks a Prometheus that scrapes the nodes. Readings are as old as its
 * scrape interval.
 */
export const prometheusSource = ({ url, selector }: PrometheusOptions): ServerSource => {
  const { endpoint, query } = prometheusClient(url);
  const nodes = `${NODE_METRIC}{${selector ?? ''}}`;
  const scraped = new Map<string, number>();

  return {
    name: 'prometheus',
    where: endpoint.where,
    sample: async (signal) => {
      const [times, values] = await Promise.all([
        query(`timestamp(${nodes})`, signal),
        query(`{__name__=~"${NODE_METRICS.join('|')}"} and on (job, instance) ${nodes}`, signal),
      ]);
      const targets = new Map<string, Target>();
      for (const { metric, value } of times)
        targets.set(targetOf(metric), {
          scrapedAtMs: Number(value[1]) * 1_000,
          ageMs: (value[0] - Number(value[1])) * 1_000,
          series: [],
        });
      for (const { metric, value } of values) {
        const { __name__: name = '', ...labels } = metric;
        targets.get(targetOf(metric))?.series.push({ name, labels, value: Number(value[1]) });
      }
      if (targets.size === 0)
        throw new SourceError(
          'not_livekit',
          `${endpoint.where} scrapes no livekit-server${selector === null ? '' : ` with {${selector}}`}`,
        );
      return [...targets].flatMap(([target, { scrapedAtMs, ageMs, series }]): NodeReading[] => {
        if (scraped.get(target) === scrapedAtMs) return [];
        scraped.set(target, scrapedAtMs);
        const labels = series.find(({ name }) => name === NODE_METRIC)?.labels ?? {};
        // Nodes of a lab have the label `node`.
        const name = labels.node ?? labels.instance ?? null;
        const id = nodeIdOf(series);
        const host = hostOf(labels.instance ?? '');
        return [{ id, name, host, measuredAtMs: scrapedAtMs, ageMs, figures: figuresOf(series) }];
      });
    },
  };
};

const targetOf = ({ job = '', instance = '' }: Readonly<Record<string, string>>): string =>
  JSON.stringify([job, instance]);
