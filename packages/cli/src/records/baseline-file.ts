import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ReportInput } from '@livekit-swarm/report';
import { codeOf } from '@livekit-swarm/settings';
import { z } from 'zod';
import { writeWhole } from '../output/write-whole.ts';
import { parseJson } from './parse-json.ts';

/** File beside a record with the verdict of its run and of the comparison with its baseline. */
export const BASELINE_FILE = 'baseline.json';

const baselineSchema = z.object({
  /** Exit code of the run, thresholds and comparison together. */
  exitCode: z.number(),
  /** Absolute paths of the records of the baseline. */
  records: z.array(z.string()),
});

type BaselineFile = z.infer<typeof baselineSchema>;

/**
 * Writes the verdict of a run that was compared with a baseline beside its record.
 * @param baseline paths of the records of the baseline
 */
export const keepBaseline = async (
  { recordPath, decision }: Pick<ReportInput, 'recordPath' | 'decision'>,
  baseline: readonly string[],
): Promise<void> => {
  if (recordPath === null) return;
  const records = baseline.map((record) => resolve(record));
  const kept: BaselineFile = { exitCode: decision.exitCode, records };
  const file = join(dirname(recordPath), BASELINE_FILE);
  await writeWhole(file, `${JSON.stringify(kept, null, 2)}\n`);
};

/** Reads the baseline of a run from its folder; null: it was not compared with one. */
export const readBaselineFile = (folder: string): BaselineFile | null => {
  try {
    const text = readFileSync(join(folder, BASELINE_FILE), 'utf8');
    return baselineSchema.safeParse(parseJson(text)).data ?? null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};
