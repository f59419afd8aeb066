import { readFileSync } from 'node:fs';
import { decideVerdict, readRecord, resolveThresholds } from '@livekit-swarm/analysis';
import { EXIT_CODES, type ExitName, hasErrorCode } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { KeptRecord, KeptVerdict } from './kept-record.ts';
import { parseJson } from './parse-json.ts';
import { readHeader } from './read-header.ts';

/** A kept record with its load and verdict. */
export interface JudgedRecord extends KeptRecord {
  /** Name of the scenario of its first run; null: no header can be read. */
  scenario: string | null;
  verdict: KeptVerdict;
  /** Rooms and participants of its only run; null: it has several. */
  load: { rooms: number; participants: number } | null;
}

/** Reads a record and judges it as `swarm report` does; the verdict of a drill or session is that of its result. */
export const judgeRecord = async (kept: KeptRecord): Promise<JudgedRecord> => {
  const [first] = kept.records;
  const header = first === undefined ? null : await readHeader(first);
  const { rooms, participants } = header?.plan ?? {};
  return {
    ...kept,
    scenario: header?.scenario.name ?? null,
    verdict: await verdictOf(kept),
    load:
      kept.records.length > 1 || rooms === undefined || participants === undefined
        ? null
        : { rooms, participants },
  };
};

const verdictOf = async ({
  kind,
  isGoing,
  records,
  resultFile,
}: KeptRecord): Promise<KeptVerdict> => {
  if (isGoing) return 'going';
  if (resultFile !== null) return verdictOfResult(resultFile);
  const [record] = records;
  return kind === 'run' && record !== undefined ? await verdictOfRun(record) : 'none';
};

const verdictOfRun = async (record: string): Promise<KeptVerdict> => {
  try {
    const summary = await readRecord(record);
    const { scenario } = summary;
    const { exitCode } = decideVerdict(summary, resolveThresholds(scenario, scenario.thresholds));
    return nameOf(exitCode) ?? 'none';
  } catch (error) {
    if (hasErrorCode(error, 'bad_record', 'invalid_threshold')) return 'unreadable';
    throw error;
  }
};

/** The part that the results of drills, sessions and comparisons with a baseline share. */
const result = z.object({ exitCode: z.number() });

const verdictOfResult = (file: string): KeptVerdict => {
  const parsed = result.safeParse(parseJson(readFileSync(file, 'utf8')));
  return (parsed.success ? nameOf(parsed.data.exitCode) : null) ?? 'unreadable';
};

const nameOf = (exitCode: number): ExitName | null => {
  const names = Object.keys(EXIT_CODES).filter((name): name is ExitName =>
    Object.hasOwn(EXIT_CODES, name),
  );
  return names.find((name) => EXIT_CODES[name].code === exitCode) ?? null;
};
