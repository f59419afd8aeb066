import { type Labels, seriesOf } from '../../../src/config/names.ts';

/** Nodes of the deployment, each on a host of its own. */
export const NODES = [1, 2, 3];

/** Part of the day, minutes. */
export interface Span {
  from: number;
  to: number;
}

/** Series in promtool's notation: one value per minute. */
export type InputSeries = { series: string; values: string };

/** Value of a minute; null: the series does not exist, or its target was not scraped. */
type Value = number | null;

/** Adds a series by its value in each minute. */
export type Gauge = (
  metric: string,
  of: Labels,
  more: Labels,
  at: (minute: number) => Value,
) => void;

/**
 * Adds a series by its increase in each minute.
 * @param present returns true when the series exists in that minute and is scraped
 */
export type Counter = (
  metric: string,
  of: Labels,
  more: Labels,
  perMinute: (minute: number) => number,
  present?: (minute: number) => boolean,
) => void;

/** Writes series for these minutes into `all`. */
export const seriesWriter = (
  minutes: readonly number[],
): { all: InputSeries[]; gauge: Gauge; counter: Counter } => {
  const all: InputSeries[] = [];
  const add = (metric: string, of: Labels, more: Labels, values: readonly Value[]): void => {
    if (values.every((value) => value === null)) return;
    all.push({
      series: seriesOf(metric, of, more),
      // Prometheus marks a series as stale when a scrape fails or a target disappears.
      values: values
        .map((value, index) => {
          if (value !== null) return Number(value.toFixed(4));
          return index > 0 && values[index - 1] !== null ? 'stale' : '_';
        })
        .join(' '),
    });
  };
  return {
    all,
    gauge: (metric, of, more, at) => add(metric, of, more, minutes.map(at)),
    counter: (metric, of, more, perMinute, present = () => true) => {
      let sum = 0;
      add(
        metric,
        of,
        more,
        minutes.map((minute) => {
          sum += perMinute(minute);
          return present(minute) ? sum : null;
        }),
      );
    },
  };
};
