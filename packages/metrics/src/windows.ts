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
