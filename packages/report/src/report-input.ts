import type { Judgement, Summary } from '@livekit-swarm/core';

/** All a reporter gets: reporters are pure functions of it, so that they cannot disagree. */
export interface ReportInput {
  summary: Summary;
  judgement: Judgement;
  /** Where the record is; null when none was kept. */
  recordPath: string | null;
}

export interface ReportOptions {
  /** ANSI colours, for a terminal. Default: none. */
  color?: boolean;
}

export type Reporter = (input: ReportInput, options?: ReportOptions) => string;
