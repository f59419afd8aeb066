/** What the page that draws is given: a dashboard as it is in its file, and what Prometheus answered. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

export interface Picture {
  dashboard: Dashboard;
  theme: 'dark' | 'light';
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  /** Between two points of a line, milliseconds. */
  stepMs: number;
  /** Of each panel, by its id: what its queries were answered, by their letters. */
  answers: Readonly<Record<number, Readonly<Record<string, readonly Series[]>>>>;
}

/** A line: its labels, and a figure for each moment that has one. */
export interface Series {
  labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, and the figure in Prometheus' notation, in which `NaN` and `+Inf` are figures. */
  points: readonly (readonly [number, string])[];
}

/** A figure as Prometheus writes it; null for what is none. */
export const figureOf = (text: string): number | null => {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  const figure = Number(text);
  return text.trim() === '' || Number.isNaN(figure) ? null : figure;
};
