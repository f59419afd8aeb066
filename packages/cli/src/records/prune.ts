import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { readBaselineFile } from './baseline-file.ts';
import { findKeptRecords, hasOwnName, keptRecordAt } from './find-records.ts';
import type { KeptRecord } from './kept-record.ts';

/** Rule of what to keep; with both parts, a record is removed only if both say so. */
export interface KeepRule {
  /** Number of the newest to keep; null: no number. */
  newest: number | null;
  /** Age up to which records are kept, ms; null: any. */
  forMs: number | null;
}

/** Records that a rule removes, and those that stay in spite of it. */
export interface PruneList {
  remove: KeptRecord[];
  /** Records whose run or session may still write to them. */
  going: KeptRecord[];
  /** Folders that were named with --record, such as the one of a baseline. */
  named: KeptRecord[];
  /** Records with which a run that stays was compared. */
  baselines: KeptRecord[];
}

/** Decides what a rule removes; removes nothing. */
export const planPrune = async (
  base: string,
  { newest, forMs }: KeepRule,
  now = Date.now(),
): Promise<PruneList> => {
  const kept = await findKeptRecords(base, now);
  const own = kept.filter(hasOwnName);
  const surplus = own.filter((record, index) => {
    const isNewest = newest !== null && index < newest;
    const isYoung =
      forMs !== null && (record.startedAt === null || now - record.startedAt.getTime() <= forMs);
    return !isNewest && !isYoung;
  });
  const ended = surplus.filter(({ isGoing }) => !isGoing);
  const staying = kept.filter((record) => !ended.includes(record));
  const baselines = baselinesOf(staying, ended);
  return {
    remove: ended.filter((record) => !baselines.has(record)),
    going: surplus.filter(({ isGoing }) => isGoing),
    named: kept.filter((record) => !hasOwnName(record)),
    baselines: ended.filter((record) => baselines.has(record)),
  };
};

/** Candidates with which a run that stays was compared, and those with which these were. */
const baselinesOf = (
  staying: readonly KeptRecord[],
  candidates: readonly KeptRecord[],
): ReadonlySet<KeptRecord> => {
  const found = new Set<KeptRecord>();
  let waiting = staying;
  while (waiting.length > 0) {
    const bases = waiting.flatMap(({ dir }) => readBaselineFile(dir)?.records ?? []);
    waiting = candidates.filter(
      (record) =>
        !found.has(record) &&
        bases.some((base) => `${base}${sep}`.startsWith(`${resolve(record.dir)}${sep}`)),
    );
    for (const record of waiting) found.add(record);
  }
  return found;
};

/**
 * Removes the folder of a record, after a second look: it may have become a link, or a run may write to it, since the list was made. Links in it are
 * removed, not what they lead to.
 * @returns false: it stays; true also when another process has removed it
 */
export const removeRecord = async ({ dir }: KeptRecord): Promise<boolean> => {
  const stats = lstatSync(dir, { throwIfNoEntry: false });
  if (stats === undefined) return true;
  if (!stats.isDirectory()) return false;
  const now = await keptRecordAt(dir);
  if (now === null || now.isGoing || !hasOwnName(now)) return false;
  await rm(dir, { recursive: true });
  return true;
};
