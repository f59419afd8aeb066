import {
  decideVerdict,
  readRecord,
  replaceThresholds,
  resolveThresholds,
} from '@livekit-swarm/analysis';
import { findRecord, recordLines } from '@livekit-swarm/record';
import { checkThresholds, parseThresholds } from '@livekit-swarm/scenario';
import type { ExitCode } from '@livekit-swarm/settings';
import type { Console } from '../console.ts';
import { type OutputFlags, openOutput } from '../output/output.ts';

export interface ReportFlags extends OutputFlags {
  threshold: string[];
}

/**
 * `swarm report RECORD`: renders a finished run again, and judges it again.
 * @throws SwarmError `bad_record` when there is no record, or one that cannot be read; `invalid_threshold`, also for thresholds on what was not in the run
 */
export const reportCommand = async (
  path: string,
  flags: ReportFlags,
  console: Console,
): Promise<ExitCode> => {
  const output = openOutput(flags, console);
  const given = parseThresholds(flags.threshold);
  const summary = await readRecord(path, given);
  const { scenario } = summary;
  checkThresholds(scenario, given);
  const thresholds = replaceThresholds(scenario.thresholds, given);
  const decision = decideVerdict(summary, resolveThresholds(scenario, thresholds));
  const recordPath = findRecord(path);
  await output.add({ summary, decision, recordPath, readLines: () => recordLines(recordPath) });
  return await output.close(decision.exitCode);
};
