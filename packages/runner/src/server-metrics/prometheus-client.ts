import { z } from 'zod';
import { fetchText, type HttpEndpoint, httpEndpoint } from './http-answer.ts';
import { SourceError } from './server-source.ts';

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

/** Series of an answer, each with the time of the query, s, and its value. */
export type PrometheusResult = z.infer<typeof answer>['data']['result'];

export interface PrometheusClient {
  endpoint: HttpEndpoint;
  /**
   * Evaluates an expression now.
   * @throws SourceError
   */
  query(text: string, signal: AbortSignal): Promise<PrometheusResult>;
}

export const prometheusClient = (url: string): PrometheusClient => {
  const endpoint = httpEndpoint(url);
  return {
    endpoint,
    query: async (text, signal) => {
      const body = await fetchText(
        endpoint,
        `${endpoint.base}/api/v1/query`,
        signal,
        new URLSearchParams({ query: text }),
      );
      const parsed = answer.safeParse(parseJson(body));
      if (parsed.success) return parsed.data.data.result;
      throw new SourceError('not_livekit', `${endpoint.where} is not a Prometheus`);
    },
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
