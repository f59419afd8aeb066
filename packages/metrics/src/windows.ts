/** A named part of a run, for thresholds (`packet_loss@peak`) and for the tables and charts of reports. */
export interface Window {
  name: string;
  /** Milliseconds after the start: from this moment … */
  fromMs: number;
  /** … to just before this one. */
  toMs: number;
  /**
   * - builtin: `joining`, until the last first join was due, that one included; `steady`, from when everybody has come until somebody leaves; where people come and go
   *   before that, the stretch without either that holds most of the crowd's time, and where there is none of a few seconds, from the first join to the
   *   last leave
   * - stage: of an executor, the window that `@*` goes through
   * - custom: named by the scenario
   */
  source: 'builtin' | 'stage' | 'custom';
  /** Of a stage. */
  group?: string;
}
