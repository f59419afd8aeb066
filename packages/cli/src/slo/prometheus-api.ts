import { fetchText, httpEndpoint, SourceError } from '@livekit-swarm/runner';
import { SwarmError, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { MonthWindow } from './month.ts';

const TIMEOUT_MS = 120_000;

const answer = z.object({
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});

/** Values of a series by the end of their window, Unix time in ms. */
export interface WindowedSeries {
  labels: Readonly<Record<string, string>>;
  values: ReadonlyMap<number, number>;
}

export interface PrometheusApi {
  /** Without user, password and query. */
  where: string;
  /** One value per window, where there is one. @throws SwarmError `unreachable`, `usage` */
  queryWindows(query: string, span: MonthWindow, windowMs: number): Promise<WindowedSeries[]>;
}

/** @throws SwarmError `usage` when the address is none */
export const prometheusApi = (url: string): PrometheusApi => {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    // Not repeated: it may hold a password.
    throw usageError(
      '--prometheus is not a URL that begins with http:// or https://',
      'write http://127.0.0.1:9090',
    );
  const endpoint = httpEndpoint(url);
  return {
    where: endpoint.where,
    queryWindows: async (query, { fromMs, toMs }, windowMs) => {
      const request = new URLSearchParams({
        query,
        start: String((fromMs + windowMs) / 1_000),
        end: String(toMs / 1_000),
        step: String(windowMs / 1_000),
      });
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const body = await fetchText(
        endpoint,
        `${endpoint.base}/api/v1/query_range`,
        signal,
        request,
      ).catch(explain);
      const parsed = answer.safeParse(parseJson(body));
      if (!parsed.success)
        throw usageError(
          `${endpoint.where} is not a Prometheus`,
          'give its address without /api: --prometheus http://127.0.0.1:9090',
        );
      return parsed.data.data.result.map(({ metric, values }) => ({
        labels: metric,
        values: new Map(
          values.flatMap(([at, value]) =>
            Number.isFinite(Number(value)) ? [[Math.round(at * 1_000), Number(value)]] : [],
          ),
        ),
      }));
    },
  };
};

const explain = (error: unknown): never => {
  if (!(error instanceof SourceError)) throw error;
  const { reason, message } = error;
  if (reason === 'unauthorized')
    throw usageError(message, 'write user and password into the URL: https://USER:PASSWORD@HOST');
  if (reason === 'unreachable' || reason === 'timeout')
    throw new SwarmError('unreachable', message, 'is --prometheus the address of a Prometheus?');
  throw usageError(
    message,
    'is --prometheus the address of a Prometheus, and --selector like cluster="eu", without braces?',
  );
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
