/** How a threshold refers to a part of the run. */
export type WindowRef =
  /** `@peak`: a window of the plan. */
  | { type: 'named'; name: string }
  /** `@*`: every stage, each evaluated separately. */
  | { type: 'stages' }
  /** `@30s..60s`: counted from the start, ms. */
  | { type: 'stretch'; fromMs: number; toMs: number };

/** As it is written, without the `@`: `peak`, `*`, `30s..60s`. */
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

/** Those of a plan's windows that a reference selects; none if the plan has no such window. */
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

/** A named part of a run, for thresholds (`packet_loss@peak`) and for the tables and charts of reports. */
export interface Window {
  name: string;
  /** Milliseconds after the start: from this moment … */
  fromMs: number;
  /** … to just before this one. */
  toMs: number;
  /**
   * - builtin: `joining`, until the last scheduled first join, included; `steady`, from the last join to the first leave. If participants leave before the last
   *   join, the interval without joins and leaves that holds the most participant time; if none lasts a few seconds, from the first join to the last leave
   * - stage: of an executor; `@*` selects these
   * - custom: named by the scenario
   */
  source: 'builtin' | 'stage' | 'custom';
  /** Of a stage. */
  group?: string;
}
