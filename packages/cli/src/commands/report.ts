import { type ExitCode, judge, parseThreshold, resolveThresholds, thresholdSlot } from '@livekit-swarm/core';
import { REPORTERS } from '@livekit-swarm/report';
import { findRecord, readRecord, recordLines } from '@livekit-swarm/swarm';
import { type Console, wantsColor, write } from '../console.ts';

export interface ReportFlags {
  threshold: string[];
  json?: boolean;
  color: boolean;
}

/**
 * `swarm report RECORD`: renders a finished run again, and judges it again.
 * @throws RecordError when there is no record, or one that cannot be read; ThresholdError
 */
export const reportCommand = async (path: string, flags: ReportFlags, { stdout, env }: Console): Promise<ExitCode> => {
  const given = new Set(flags.threshold.map((text) => thresholdSlot(parseThreshold(text))));
  const summary = await readRecord(path);
  // What is asked now goes before what was asked then.
  const kept = summary.thresholds.filter((text) => !given.has(thresholdSlot(parseThreshold(text))));
  const judgement = judge(summary, resolveThresholds(summary.scenario, [...kept, ...flags.threshold]));
  const recordPath = findRecord(path);
  const outcome = { summary, judgement, recordPath, readLines: () => recordLines(recordPath) };
  const { render } = REPORTERS[flags.json ? 'json' : 'text'];
  await write(stdout, render([outcome], { color: wantsColor(flags.color, stdout, env) }));
  return judgement.exitCode;
};
