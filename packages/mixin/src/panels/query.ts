import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** PromQL query and the legend of its series: `{{instance}}`. */
export interface Query {
  expr: string;
  legend: string;
}

export const promql = (expr: string, legend = ''): Query => ({ expr, legend });

/** Reference id of a query, as Grafana names them: A, B, … */
const letter = (index: number): string => String.fromCharCode(65 + index);

export const rangeQuery = ({ expr, legend }: Query, index: number): DataqueryBuilder =>
  new DataqueryBuilder().expr(expr).legendFormat(legend).refId(letter(index)).range();

/** Query that is evaluated only at the end of the time range, with one row per series. */
export const tableQuery = ({ expr, legend }: Query, index: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .expr(expr)
    .legendFormat(legend)
    .refId(letter(index))
    .format(PromQueryFormat.Table)
    .instant();

export const heatmapQuery = ({ expr }: Query, index: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .expr(expr)
    .legendFormat('{{le}}')
    .refId(letter(index))
    .format(PromQueryFormat.Heatmap)
    .range();

const sumBy = (by: readonly string[]): string =>
  by.length === 0 ? 'sum' : `sum by (${by.join(', ')}) `;

/** Quantile of a classic histogram, grouped by labels. */
export const quantile = (
  share: number,
  histogram: string,
  selector: string,
  by: readonly string[] = [],
): string =>
  `histogram_quantile(${share}, sum by (${[...by, 'le'].join(', ')}) (rate(${histogram}_bucket{${selector}}[$__rate_interval])))`;

/** Mean of the observations of a histogram; no sample without observations. */
export const mean = (histogram: string, selector: string, by: readonly string[] = []): string => {
  const part = (suffix: string): string =>
    `${sumBy(by)}(rate(${histogram}_${suffix}{${selector}}[$__rate_interval]))`;
  return `${part('sum')} / (${part('count')} > 0)`;
};

/**
 * Share of the observations of a histogram above one of its bounds. The share is exact; a
 * percentile would be interpolated between two bounds.
 */
export const shareAbove = (
  bound: number,
  histogram: string,
  selector: string,
  by: readonly string[] = [],
): string => {
  const part = (suffix: string, more: string): string =>
    `${sumBy(by)}(rate(${histogram}_${suffix}{${selector}${more}}[$__rate_interval]))`;
  return `1 - ${part('bucket', `, ${boundIs(bound)}`)} / (${part('count', '')} > 0)`;
};

/**
 * Matcher of a bucket bound. Prometheus 3 stores integer bounds as `30000.0`, Prometheus 2 as
 * exported. The dot is escaped, as otherwise 1 would match 100.
 */
export const boundIs = (bound: number): string =>
  Number.isInteger(bound) ? `le=~"${bound}|${bound}\\\\.0"` : `le="${bound}"`;

/** Rate per second, grouped by labels. */
export const rate = (counter: string, selector: string, by: readonly string[] = []): string =>
  `${sumBy(by)}(rate(${counter}{${selector}}[$__rate_interval]))`;
