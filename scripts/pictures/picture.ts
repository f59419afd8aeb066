/**
 * Input of the page that draws: a dashboard in the form of its file, and the answers of Prometheus.
 */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

export interface Picture {
  dashboard: Dashboard;
  theme: 'dark' | 'light';
  /** Start of the time range, Unix ms. */
  from: number;
  to: number;
  /** Distance of two points of a line, ms. */
  stepMs: number;
  /** Answers to the queries of each panel, by panel id and query letter. */
  answers: Readonly<Record<number, Readonly<Record<string, readonly Series[]>>>>;
}

/** Line with labels, and a value for each time at which one exists. */
export interface Series {
  labels: Readonly<Record<string, string>>;
  /**
   * Points: time in Unix ms, and value in Prometheus' notation, in which `NaN` and `+Inf` are
   * values.
   */
  points: readonly (readonly [number, string])[];
}

/** Parses a value in Prometheus' notation; null: not a number. */
export const figureOf = (text: string): number | null => {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  const figure = Number(text);
  return text.trim() === '' || Number.isNaN(figure) ? null : figure;
};
