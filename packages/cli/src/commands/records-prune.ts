import { diskReason } from '@livekit-swarm/host';
import { formatBytes, printable } from '@livekit-swarm/report';
import {
  EXIT_CODES,
  type ExitCode,
  isUsageError,
  parseDuration,
  plural,
  usageError,
} from '@livekit-swarm/settings';
import { type Console, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import { RECORDS_FOLDER } from '../records/find-records.ts';
import type { KeptRecord } from '../records/kept-record.ts';
import { type KeepRule, planPrune, removeRecord } from '../records/prune.ts';
import { wholeNumber } from '../requests/whole-number.ts';

export interface RecordsPruneFlags {
  keep?: string;
  olderThan?: string;
  yes?: boolean;
}

/**
 * `swarm records prune [FOLDER]`: removes old records; without --yes it only lists them.
 * @returns 1 where one could not be removed
 * @throws SwarmError `usage`
 */
export const recordsPruneCommand = async (
  folder: string | undefined,
  flags: RecordsPruneFlags,
  { stdout, stderr }: Console,
): Promise<ExitCode> => {
  const base = folder ?? RECORDS_FOLDER;
  const { remove, going, named, baselines } = await planPrune(base, readRule(flags));
  for (const { dir } of going)
    await write(stdout, `stays: ${printable(dir)}: its run may still be going\n`);
  for (const { dir } of baselines)
    await write(stdout, `stays: ${printable(dir)}: a run that stays was compared with it\n`);
  if (named.length > 0)
    await write(
      stdout,
      `stays: ${plural(named.length, 'folder')} with a name of --record: ${named.map(({ dir }) => printable(dir)).join(', ')}\n`,
    );
  if (flags.yes !== true) {
    for (const record of remove) await write(stdout, `would remove ${lineOf(record)}\n`);
    await write(stdout, remove.length === 0 ? 'Nothing to remove.\n' : dryRunText(remove));
    return EXIT_CODES.passed.code;
  }
  let failed = false;
  for (const record of remove) {
    try {
      const isGone = await removeRecord(record);
      await write(
        stdout,
        isGone
          ? `removed ${lineOf(record)}\n`
          : `stays: ${printable(record.dir)}: it is in use again\n`,
      );
    } catch (error) {
      failed = true;
      const message = `${record.dir}: cannot be removed whole: ${diskReason(error)}`;
      await write(
        stderr,
        formatError({ message, hint: 'remove the rest of this folder yourself' }),
      );
    }
  }
  if (remove.length === 0) await write(stdout, 'Nothing to remove.\n');
  return failed ? EXIT_CODES.internalError.code : EXIT_CODES.passed.code;
};

const dryRunText = (remove: readonly KeptRecord[]): string =>
  `${plural(remove.length, 'record')}, ${formatBytes(remove.reduce((sum, { bytes }) => sum + bytes, 0))}. Nothing was removed: add --yes.\n`;

const lineOf = ({ dir, bytes }: KeptRecord): string => `${printable(dir)} (${formatBytes(bytes)})`;

const MOST_KEPT = 1_000_000;
const readKeep = wholeNumber('--keep', 0, MOST_KEPT, 'write how many of the newest records stay');
const DAY_MS = 86_400_000;

/** @throws SwarmError `usage` */
const readRule = ({ keep, olderThan }: RecordsPruneFlags): KeepRule => {
  if (keep === undefined && olderThan === undefined)
    throw usageError(
      'what is to stay? Neither --keep nor --older-than is given',
      'swarm records prune --keep 20, or swarm records prune --older-than 30d',
    );
  return {
    newest: keep === undefined ? null : readKeep(keep),
    forMs: olderThan === undefined ? null : readAge(olderThan),
  };
};

const readAge = (text: string): number => {
  const days = /^\s*(\d+(?:\.\d+)?)d\s*$/.exec(text)?.[1];
  if (days !== undefined) return Number(days) * DAY_MS;
  try {
    return parseDuration(text);
  } catch (error) {
    if (!isUsageError(error)) throw error;
    throw usageError(`--older-than ${text}: is not an age`, 'write it like 30d or 12h');
  }
};
