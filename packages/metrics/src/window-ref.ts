/** Reference of a threshold to a part of the run. */
export type WindowRef =
  /** Window of the plan: `@peak`. */
  | { type: 'named'; name: string }
  /** All stages, each evaluated separately: `@*`. */
  | { type: 'stages' }
  /** Interval after the start, ms: `@30s..60s`. */
  | { type: 'stretch'; fromMs: number; toMs: number };

/** Text of a reference without the `@`: `peak`, `*`, `30s..60s`. */
export const formatWindow = (ref: WindowRef): string => {
  switch (ref.type) {
    case 'named':
      return ref.name;
    case 'stages':
      return '*';
    case 'stretch':
      return `${formatTime(ref.fromMs)}..${formatTime(ref.toMs)}`;
  }
};

/** Windows of a plan that a reference selects; empty if the plan has no such window. */
export const windowsMeant = (ref: WindowRef, windows: readonly Window[]): Window[] => {
  switch (ref.type) {
    case 'named':
      return windows.filter(({ name }) => name === ref.name).slice(0, 1);
    case 'stages':
      return windows.filter(({ source }) => source === 'stage');
    case 'stretch':
      return [{ name: formatWindow(ref), fromMs: ref.fromMs, toMs: ref.toMs, source: 'custom' }];
  }
};

const formatTime = (ms: number): string => (ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`);

/**
 * Named part of a run, for thresholds (`packet_loss@peak`) and for tables and charts of reports.
 */
export interface Window {
  name: string;
  /** Start of the window, ms after the start of the run, inclusive. */
  fromMs: number;
  /** End of the window, ms after the start of the run, exclusive. */
  toMs: number;
  /**
   * - builtin: `joining`, until the last scheduled first join, included; `steady`, from the last
   *   join to the first leave. If participants leave before the last join, the interval without
   *   joins and leaves that holds the most participant time; if none lasts a few seconds, from the
   *   first join to the last leave
   * - stage: of an executor; `@*` selects these
   * - custom: named by the scenario
   */
  source: 'builtin' | 'stage' | 'custom';
  /** Group of a stage; absent for other windows. */
  group?: string;
}
