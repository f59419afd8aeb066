import { decideVerdict, readRecord, resolveThresholds } from '@livekit-swarm/analysis';
import type { RecordedRun, Side } from '@livekit-swarm/analysis/compare';
import { findRecord, recordLines } from '@livekit-swarm/record';
import { hasErrorCode, SwarmError, usageError } from '@livekit-swarm/settings';
import type { NamedRecords } from './find-runs.ts';

/** Reads a run from its record, judged by its own thresholds. @throws SwarmError `bad_record` that names the record: it is one of several */
export const readRun = async (record: string): Promise<RecordedRun> => {
  // Its error names the path; those of the lines do not.
  const file = findRecord(record);
  const summary = await readRecord(file).catch((error: unknown): never => {
    if (!hasErrorCode(error, 'bad_record')) throw error;
    throw new SwarmError('bad_record', `${record}: ${error.message}`, error.hint);
  });
  return {
    name: record,
    summary,
    decision: decideVerdict(summary, resolveThresholds(summary.scenario)),
    readLines: () => recordLines(file),
  };
};

/**
 * Reads all runs of a side.
 * @throws SwarmError `bad_record`; SwarmError `usage` when one run is listed twice, under two paths
 */
export const readSide = async ({ name, records }: NamedRecords): Promise<Side> => {
  const runs: RecordedRun[] = [];
  for (const record of records) runs.push(await readRun(record));
  for (const [index, { summary, name: path }] of runs.entries()) {
    const same = runs.findIndex(
      (other) => other.summary.run === summary.run && other.summary.startedAt === summary.startedAt,
    );
    if (same < index)
      throw usageError(
        `${name}: ${runs[same]?.name} and ${path} are the same run`,
        'a run counts once',
      );
  }
  return { name, runs };
};
