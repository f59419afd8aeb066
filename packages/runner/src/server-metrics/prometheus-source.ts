import { z } from 'zod';
import { fetchText, httpEndpoint } from './http-answer.ts';
import { figuresOf, NODE_METRIC, NODE_METRICS, nodeIdOf, type Series } from './livekit-metrics.ts';
import { type NodeReading, type ServerSource, SourceError } from './server-source.ts';

export interface PrometheusOptions {
  url: string;
  /**
   * Selector of this deployment's nodes, if Prometheus also has others: `job="livekit",
   * cluster="eu"`; null: all nodes.
   */
  selector: string | null;
}

const answer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});

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
  const endpoint = httpEndpoint(url);
  const nodes = `${NODE_METRIC}{${selector ?? ''}}`;
  const scraped = new Map<string, number>();

  const query = async (text: string, signal: AbortSignal) => {
    const body = await fetchText(
      endpoint,
      `${endpoint.base}/api/v1/query`,
      signal,
      new URLSearchParams({ query: text }),
    );
    const parsed = answer.safeParse(parseJson(body));
    if (parsed.success) return parsed.data.data.result;
    throw new SourceError('not_livekit', `${endpoint.where} is not a Prometheus`);
  };

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
        return [{ id, name, measuredAtMs: scrapedAtMs, ageMs, figures: figuresOf(series) }];
      });
    },
  };
};

const targetOf = ({ job = '', instance = '' }: Readonly<Record<string, string>>): string =>
  JSON.stringify([job, instance]);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
