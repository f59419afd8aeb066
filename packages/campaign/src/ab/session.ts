/** One session of `swarm ab`: alternates A and B until enough rounds are valid. */
import { join } from 'node:path';
import { isRun, type NoRun } from '@livekit-swarm/analysis';
import {
  type Exclusion,
  type FirstSide,
  incomparableReason,
  isComparable,
  type RecordedRun,
  roundOrder,
  type Side,
} from '@livekit-swarm/analysis/compare';
import type { Scenario } from '@livekit-swarm/scenario';
import type { RunRequest } from '../plan-run.ts';
import { type RunConditions, runOnce } from '../run-once.ts';
import { type Contender, planTurn } from './contender.ts';

/** The caller's view of a session. */
export interface AbObserver {
  /** Called before each run. @param round from 1; beyond `rounds`: a repetition */
  onTurn(round: number, side: FirstSide): void;
  /** Called for a round that does not count. @param reason null: a run ended early */
  onInvalidRound(round: number, reason: Exclusion | null): void;
  /**
   * Called after valid rounds from the least number on, with all runs so far.
   * @returns true: they are enough
   */
  onValidRound(base: readonly RecordedRun[], current: readonly RecordedRun[]): boolean;
}

export interface AbSession {
  scenario: Scenario;
  contenders: Record<FirstSide, Contender>;
  /** Valid rounds: at least, and at most. */
  rounds: { least: number; most: number };
  /** Seed of the order of the turns. */
  seed: number;
  request: Pick<RunRequest, 'signalling' | 'workers'>;
  conditions: Pick<RunConditions, 'interruption' | 'observer' | 'version'>;
  observer: AbObserver;
  /** Folder of the records: `A/1`, `B/1`, `A/2`, … */
  folder: string;
}

export interface AbSessionResult {
  /** Side A; run n of both sides is round n. */
  base: Side;
  /** Side B. */
  current: Side;
  /** Number of valid rounds that are missing to the least. */
  missing: number;
  /** The error that prevented a run and ended the session. */
  problem: NoRun | null;
}

/**
 * Most rounds for `valid` valid ones: invalid ones are repeated, at most half as many again, because
 * an overloaded host never produces a valid one.
 */
const attempts = (valid: number): number => valid + Math.ceil(valid / 2);

/** Runs until enough rounds are valid, Ctrl-C, or a run cannot be started. */
export const runAbSession = async (session: AbSession): Promise<AbSessionResult> => {
  const { contenders, conditions, observer } = session;
  const { least, most } = session.rounds;
  const order = roundOrder(session.seed);
  const runs: Record<FirstSide, RecordedRun[]> = { A: [], B: [] };
  let good = 0;
  for (let round = 1; good < most && round <= attempts(good < least ? least : most); round++) {
    const played = await playRound(session, round, order.next().value);
    if ('problem' in played) return resultOf(contenders, runs, least - good, played.problem);
    const { A, B } = played;
    runs.A.push(A);
    runs.B.push(B);
    if (isComparable(A) && isComparable(B)) {
      good++;
      if (good >= least && observer.onValidRound(runs.A, runs.B)) break;
    } else observer.onInvalidRound(round, incomparableReason(A) ?? incomparableReason(B));
    if (conditions.interruption.stop.aborted) break;
  }
  return resultOf(contenders, runs, least - good, null);
};

const resultOf = (
  { A, B }: AbSession['contenders'],
  runs: Record<FirstSide, RecordedRun[]>,
  missing: number,
  problem: NoRun | null,
): AbSessionResult => ({
  base: { name: A.name, runs: runs.A },
  current: { name: B.name, runs: runs.B },
  missing: Math.max(0, missing),
  problem,
});

/** Carries out both runs of a round. @returns the error that prevented one; null: an interruption */
const playRound = async (
  session: AbSession,
  round: number,
  first: FirstSide,
): Promise<Record<FirstSide, RecordedRun> | { problem: NoRun | null }> => {
  const { contenders, request, conditions, observer, scenario, folder } = session;
  const pair: Partial<Record<FirstSide, RecordedRun>> = {};
  for (const which of first === 'A' ? (['A', 'B'] as const) : (['B', 'A'] as const)) {
    if (conditions.interruption.stop.aborted) return { problem: null };
    observer.onTurn(round, which);
    const planned = planTurn(contenders[which], { ...request, scenario });
    const recordDir = join(folder, which, String(round));
    const outcome = await runOnce(planned, { ...conditions, recordDir });
    if (!isRun(outcome)) return { problem: conditions.interruption.stop.aborted ? null : outcome };
    const { summary, decision, recordPath, readLines } = outcome;
    pair[which] = {
      name: recordPath ?? `${which}/${round}`,
      summary,
      decision,
      readLines: readLines ?? (() => []),
    };
  }
  const { A, B } = pair;
  return A === undefined || B === undefined ? { problem: null } : { A, B };
};
