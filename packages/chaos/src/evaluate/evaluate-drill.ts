import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { judge, readRecord, resolveThresholds } from '@livekit-swarm/analysis';
import { parseThreshold } from '@livekit-swarm/metrics';
import type { EventLine } from '@livekit-swarm/record';
import { RECORD_FILE, recordLines } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import type { Drill } from '../drill/drill.ts';
import { attemptFolder, SPARE_ATTEMPTS } from '../execute/repeat-attempts.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { brokenOffReason, notHealedReason } from '../measure/broken-off.ts';
import { combineRepeats } from '../measure/combine-repeats.ts';
import { type Failure, judgeRepeat } from '../measure/decide-verdict.ts';
import type { DrillResult, RepeatResult } from '../measure/drill-result.ts';
import { createRecoveryFold } from '../measure/measure-recovery.ts';
import { createSeconds } from '../measure/seconds.ts';
import { windowFigures } from '../measure/window-figures.ts';
import { type KeptDrill, readKeptDrill } from './drill-file.ts';

/**
 * Measures and judges a drill once more, from what was asked and its records alone: as it was judged when it was carried out, or as this version does.
 * @param dir the folder of the drill
 * @param journal of what drills have left and nobody has taken back
 * @throws SwarmError when it is none of a drill, or has no record; SwarmError `bad_record` when one cannot be read
 */
export const rereadDrill = async (
  dir: string,
  journal: Pick<Journal, 'read'> = openJournal(),
): Promise<DrillResult> => {
  const kept = readKeptDrill(dir);
  // Records can be read where the journal cannot.
  const { pending } = await journal.read().catch(() => ({ pending: [] }));
  return await rereadKept(kept, new Set(pending.map(({ id }) => id)));
};

/** The same for who knows what was asked, and what of any drill is still there. */
export const rereadKept = async (
  { dir, drill, target, startedAt }: KeptDrill,
  left: ReadonlySet<string> = new Set(),
): Promise<DrillResult> => {
  const files = recordsOf(dir, drill);
  if (files.length === 0) {
    throw new SwarmError(
      'no_drill',
      `${dir}: there is no record in this folder`,
      'the drill did not get as far as to write one',
    );
  }
  const repeats: RepeatResult[] = [];
  const versions = new Set<string>();
  for (const { number, file } of files) {
    const onEvent = ({ serverVersion }: EventLine): void => {
      if (serverVersion !== undefined) versions.add(serverVersion);
    };
    const repeat = await rereadRepeat(drill, number, file, onEvent);
    repeats.push(withLeftovers(repeat, left));
  }
  return combineRepeats({ drill, target, startedAt, repeats, versions });
};

/** Its record ends before the last is healed; the journal knows whether that came about. */
const withLeftovers = (repeat: RepeatResult, left: ReadonlySet<string>): RepeatResult => {
  const { verdict, reasons, recovery } = repeat;
  const there = recovery.faults
    .filter(({ id, healedAt }) => healedAt === null && left.has(id))
    .map(({ fault }) => fault);
  if (there.length === 0) return repeat;
  // That it was interrupted says that all was healed.
  return {
    ...repeat,
    reasons: [notHealedReason(there), ...(verdict === 'interrupted' ? [] : reasons)],
  };
};

/** As `runDrill` lays them out; a drill that was interrupted has fewer than it asked for. */
const recordsOf = (dir: string, drill: Drill): { number: number; file: string }[] =>
  Array.from({ length: drill.repeats + SPARE_ATTEMPTS }, (_, index) => ({
    number: index + 1,
    file: join(attemptFolder(dir, drill, index + 1), RECORD_FILE),
  })).filter(({ file }) => existsSync(file));

const rereadRepeat = async (
  drill: Drill,
  number: number,
  file: string,
  onEvent: (line: EventLine) => void,
): Promise<RepeatResult> => {
  const fold = createRecoveryFold();
  const seconds = createSeconds();
  let steady = false;
  let failure: Failure | null = null;
  let startedAtMs = 0;
  let endAt = 0;
  for await (const line of recordLines(file)) {
    fold.add(line);
    seconds.add(line);
    if (line.type === 'header') startedAtMs = line.startedAtMs;
    else endAt = Math.max(endAt, line.at);
    if (line.type === 'event') onEvent(line);
    if (line.type !== 'drill') continue;
    if (line.what === 'steady') steady = true;
    if (line.what === 'void' || line.what === 'aborted')
      failure ??= { what: line.what, message: line.message };
  }
  const summary = await readRecord(file, drill.thresholds.map(parseThreshold));
  const recovery = fold.result();
  if (!steady) failure ??= { what: 'void', message: 'the run ended before it was steady' };
  const judged = judgeRepeat({
    drill,
    recovery,
    played: {
      injected: recovery.faults.length,
      skipped: recovery.skipped.map(({ fault, message }) => `${fault}: ${message}`),
    },
    failure,
    interrupted: summary.end?.reason === 'interrupted',
    run: { judgement: judge(summary, resolveThresholds(summary.scenario, drill.thresholds)) },
  });
  return {
    number,
    recovery,
    windows: windowFigures(summary),
    seconds: seconds.result(),
    record: file,
    startedAtMs,
    tookMs: endAt,
    ...judged,
    ...(summary.end === null && brokenOff(endAt, judged.reasons)),
  };
};

/** Whoever was away when the record breaks off may have come back: nothing is certain. */
const brokenOff = (
  endAt: number,
  reasons: readonly string[],
): Pick<RepeatResult, 'verdict' | 'reasons'> => ({
  verdict: 'inconclusive',
  reasons: [brokenOffReason(endAt), ...reasons],
});
