/** One series of a result. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** @throws Error with the error message of Prometheus */
export const askPrometheus = async (url: string, query: string): Promise<Sample[]> => {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query }),
  });
  const answer = (await response.json()) as Answer<{
    result: { metric: Record<string, string>; value: [number, string] }[];
  }>;
  if (answer.status !== 'success') throw new Error(`${answer.error}: ${query}`);
  return answer.data.result.map(({ metric, value: [, value] }) => ({
    labels: metric,
    value: Number(value),
  }));
};

/** All metric names of its storage. */
export const metricNames = async (url: string): Promise<Set<string>> => {
  const answer = (await (await fetch(`${url}/api/v1/label/__name__/values`)).json()) as Answer<
    string[]
  >;
  if (answer.status !== 'success') throw new Error(answer.error);
  return new Set(answer.data);
};

type Answer<Data> = { status: 'success'; data: Data } | { status: 'error'; error: string };
