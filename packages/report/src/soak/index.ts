import type { ServerSoakResult } from '@livekit-swarm/analysis/soak';
import { finiteDeep } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import { renderSoakText } from './text.ts';

export { compareSoaks, SOAK_COMPARISON_REPORTERS, type SoakComparison } from './comparison.ts';
export { soakReasonText } from './text.ts';

/** A soak of one server as a document. */
export interface SoakReport extends ServerSoakResult {
  schema: 'livekit-swarm/soak/1';
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
