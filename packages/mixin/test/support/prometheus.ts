/** One series of a result. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** Result of an instant query. @throws Error with the error message of Prometheus */
const resultOf = async <Series>(url: string, query: string): Promise<Series[]> => {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query }),
  });
  const answer = (await response.json()) as Answer<{ result: Series[] }>;
  if (answer.status !== 'success') throw new Error(`${answer.error}: ${query}`);
  return answer.data.result;
};

/** @throws Error with the error message of Prometheus */
export const askPrometheus = async (url: string, query: string): Promise<Sample[]> => {
  type Series = { metric: Record<string, string>; value: [number, string] };
  const result = await resultOf<Series>(url, query);
  return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
};

/**
 * Times of the stored samples of a range, by series, ms.
 * @throws Error with the error message of Prometheus
 */
export const sampleTimes = async (
  url: string,
  range: string,
): Promise<{ labels: Record<string, string>; atMs: number[] }[]> => {
  type Series = { metric: Record<string, string>; values: [number, string][] };
  const result = await resultOf<Series>(url, range);
  return result.map(({ metric, values }) => ({
    labels: metric,
    atMs: values.map(([seconds]) => seconds * 1_000),
  }));
};

/** Names of all stored metrics. */
export const metricNames = async (url: string): Promise<Set<string>> => {
  const answer = (await (await fetch(`${url}/api/v1/label/__name__/values`)).json()) as Answer<
    string[]
  >;
  if (answer.status !== 'success') throw new Error(answer.error);
  return new Set(answer.data);
};

type Answer<Data> = { status: 'success'; data: Data } | { status: 'error'; error: string };
