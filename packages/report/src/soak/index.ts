import type { SoakResult } from '@livekit-swarm/analysis/soak';
import type { ExitCode } from '@livekit-swarm/settings';
import { finiteDeep } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import { renderSoakText } from './text.ts';

export { compareSoaks, SOAK_COMPARISON_REPORTERS, type SoakComparison } from './comparison.ts';
export { soakReasonText } from './text.ts';

/** A soak, with what its reader must know besides the result. */
export interface SoakReport {
  schema: 'livekit-swarm/soak/1';
  scenario: string;
  /** `livekit-server 1.13.4 on this host`, or the URL without secrets. */
  server: string;
  serverVersion: string | null;
  /** ISO 8601. */
  startedAt: string;
  elapsedMs: number;
  exitCode: ExitCode;
  result: SoakResult;
  /** What ended it before its time. */
  error: { code: string; message: string; hint: string | null } | null;
}

/** One way to show a soak. */
export interface SoakReporter {
  readonly about: string;
  /** The name of its file when none is given. */
  readonly fileName: string;
  render(report: SoakReport, options?: ReportOptions): string;
}

/** Every reporter by its name. */
export const SOAK_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'soak.txt', render: renderSoakText },
  json: {
    about: 'one object, for machines',
    fileName: 'soak.json',
    render: (report) => `${JSON.stringify(finiteDeep(report), null, 2)}\n`,
  },
} as const satisfies Record<string, SoakReporter>;
