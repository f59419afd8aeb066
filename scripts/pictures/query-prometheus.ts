import { type SwarmError, usageError } from '@livekit-swarm/settings';
import type { Series } from './picture.ts';

/** Times of a query in Unix seconds: a range, or one time. */
export type Moments = { from: number; to: number; step: number } | { at: number };

type Point = [number, string];
type Answer =
  | {
      status: 'success';
      data: { result: { metric: Record<string, string>; values?: Point[]; value?: Point }[] };
    }
  | { status: 'error'; error: string };

/** @throws SwarmError `usage` when it cannot be reached, or rejects the query */
export const queryPrometheus = async (
  url: string,
  query: string,
  moments: Moments,
): Promise<Series[]> => {
  const [path, times] =
    'at' in moments
      ? ['query', { time: String(moments.at) }]
      : [
          'query_range',
          { start: String(moments.from), end: String(moments.to), step: String(moments.step) },
        ];
  const answer = await ask(`${url.replace(/\/+$/, '')}/api/v1/${path}`, { query, ...times });
  if (answer.status !== 'success')
    throw usageError(`Prometheus does not take ${query}: ${answer.error}`);
  return answer.data.result.map(({ metric, values, value }) => ({
    labels: metric,
    points: (values ?? (value === undefined ? [] : [value])).map(([time, figure]) => [
      time * 1_000,
      figure,
    ]),
  }));
};

const ask = async (address: string, form: Record<string, string>): Promise<Answer> => {
  const unreachable = (why: string): SwarmError =>
    usageError(
      `nothing at ${address} answers as Prometheus does: ${why}`,
      '--prometheus takes http://HOST:PORT of one',
    );
  const response = await fetch(address, {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(30_000),
  }).catch((error: Error) => {
    throw unreachable(error.cause instanceof Error ? error.cause.message : error.message);
  });
  const text = await response.text();
  try {
    const answer = JSON.parse(text) as Answer;
    if (answer.status === 'success' || answer.status === 'error') return answer;
  } catch {
    // The error is reported below.
  }
  throw unreachable(`HTTP ${response.status}, ${text.slice(0, 100)}`);
};
