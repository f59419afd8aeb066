import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type Console, wantsColor, write } from '../console.ts';
import { findKeptRecords, RECORDS_FOLDER } from '../records/find-records.ts';
import { type JudgedRecord, judgeRecord } from '../records/judge-record.ts';
import { recordObject, recordsText } from '../records/records-text.ts';
import { wholeNumber } from '../requests/whole-number.ts';

export interface RecordsFlags {
  last: string;
  json?: boolean;
  color: boolean;
}

const MOST_LISTED = 100_000;
const readLast = wholeNumber('--last', 1, MOST_LISTED, 'write a number, or all');

/** `swarm records [FOLDER]`: lists records with verdict, load and size. @throws SwarmError `usage` */
export const recordsCommand = async (
  folder: string | undefined,
  flags: RecordsFlags,
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const base = folder ?? RECORDS_FOLDER;
  const most = flags.last === 'all' ? MOST_LISTED : readLast(flags.last);
  const kept = await findKeptRecords(base);
  const judged: JudgedRecord[] = [];
  // One after the other: each is read whole.
  for (const record of kept.slice(0, most)) judged.push(await judgeRecord(record));
  await write(
    stdout,
    flags.json === true
      ? `${JSON.stringify(judged.map(recordObject), null, 2)}\n`
      : recordsText(judged, {
          base,
          color: wantsColor(flags.color, stdout, env),
          more: kept.length - judged.length,
        }),
  );
  return EXIT_CODES.passed.code;
};
