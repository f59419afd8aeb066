const TIMEOUT_MS = 5_000;
/** Longest page that is read, bytes. */
const MAX_PAGE = 4 << 20;

/** Answer of a worker's page. */
export interface Page {
  isOk: boolean;
  status: number;
  text: string;
}

/** @throws Error if the page does not answer in time, or is too long */
export const readPage = async (url: URL): Promise<Page> => {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
  });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_PAGE) throw new Error(`${url} answers more than ${MAX_PAGE} bytes`);
  }
  return { isOk: response.ok, status: response.status, text };
};

/**
 * Sum of the series of the first metric that is in the text; null: none is.
 * @param metrics names, each alone or with a label that its series must have: `name{label="value"}`
 */
export const metricIn = (text: string, metrics: readonly string[]): number | null => {
  for (const metric of metrics) {
    const [name = '', label = ''] = metric.split(/[{}]/);
    const labels = label === '' ? '(?:\\{[^\\n]*\\})?' : `\\{[^\\n]*\\b${label}[^\\n]*\\}`;
    const series = text.matchAll(new RegExp(`^${name}${labels}\\s+(\\S+)`, 'gm'));
    const values = [...series].map(([, value]) => Number(value)).filter(Number.isFinite);
    if (values.length > 0) return values.reduce((total, value) => total + value, 0);
  }
  return null;
};
