import { judge, readRecord, resolveThresholds, thresholdSlot } from '@livekit-swarm/analysis';
import { parseThreshold } from '@livekit-swarm/metrics';
import { findRecord, recordLines } from '@livekit-swarm/record';
import { checkThresholds } from '@livekit-swarm/scenario';
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
  const asked = flags.threshold.map(parseThreshold);
  const given = new Set(asked.map(thresholdSlot));
  const summary = await readRecord(path, asked);
  checkThresholds(summary.scenario, flags.threshold);
  // Given thresholds replace those of the record.
  const kept = summary.thresholds.filter((text) => !given.has(thresholdSlot(parseThreshold(text))));
  const judgement = judge(
    summary,
    resolveThresholds(summary.scenario, [...kept, ...flags.threshold]),
  );
  const recordPath = findRecord(path);
  await output.add({ summary, judgement, recordPath, readLines: () => recordLines(recordPath) });
  return await output.close(judgement.exitCode);
};
