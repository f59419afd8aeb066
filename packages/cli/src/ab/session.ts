/** One session of `swarm ab`: both servers by turns, a fresh one for each run, until there are as many good rounds as were asked for. */
import { join } from 'node:path';
import {
  type FirstSide,
  incomparableReason,
  isComparable,
  type RecordedRun,
  roundOrder,
  type Side,
} from '@livekit-swarm/analysis/compare';
import { isRun, type NoRun } from '@livekit-swarm/report';
import { exclusionText, type SessionNote } from '@livekit-swarm/report/comparison';
import type { Scenario } from '@livekit-swarm/scenario';
import { executeScenario, type ScenarioRun } from '../execute-scenario.ts';
import { prepareRun, type RunRequest } from '../prepare-run.ts';
import type { ProgressPrinter } from '../progress-printer.ts';
import { embeddedTarget } from './embedded-target.ts';
import type { ServerSpec } from './server-spec.ts';

export interface Session {
  scenario: Scenario;
  servers: Record<FirstSide, ServerSpec>;
  rounds: number;
  /** Of the order of the turns. */
  seed: number;
  shared: Pick<RunRequest, 'guard' | 'signalling' | 'workers'> & Pick<ScenarioRun, 'interruption'>;
  printer: ProgressPrinter;
  /** Where the records go: `A/1`, `B/1`, `A/2`, … */
  folder: string;
}

export interface SessionResult {
  /** A; run n of both sides is round n. */
  base: Side;
  /** B. */
  current: Side;
  /** What a reader must know of the session. */
  notes: SessionNote[];
  /** What kept a run from coming about, and ended the session. */
  problem: NoRun | null;
}

/** A round that was spoilt is repeated; not for ever, for a host that cannot carry this load never will. */
const spareRounds = (rounds: number): number => Math.ceil(rounds / 2);

/** Runs until enough rounds are good, Ctrl-C, or something keeps a run from coming about. */
export const runSession = async (session: Session): Promise<SessionResult> => {
  const { servers, rounds, shared, printer } = session;
  const order = roundOrder(session.seed);
  const runs: Record<FirstSide, RecordedRun[]> = { A: [], B: [] };
  let good = 0;
  for (let round = 1; good < rounds && round <= rounds + spareRounds(rounds); round++) {
    const played = await playRound(session, round, order.next().value);
    if ('problem' in played) return resultOf(servers, runs, rounds - good, played.problem);
    const { A, B } = played;
    runs.A.push(A);
    runs.B.push(B);
    if (isComparable(A) && isComparable(B)) good++;
    else {
      const reason = incomparableReason(A) ?? incomparableReason(B);
      printer.print(
        `round ${round} does not count: ${reason === null ? 'a run ended early' : exclusionText(reason)}`,
      );
    }
    if (shared.interruption.stop.aborted) break;
  }
  return resultOf(servers, runs, rounds - good, null);
};

const resultOf = (
  servers: Session['servers'],
  runs: Record<FirstSide, RecordedRun[]>,
  missing: number,
  problem: NoRun | null,
): SessionResult => ({
  base: { name: servers.A.name, runs: runs.A },
  current: { name: servers.B.name, runs: runs.B },
  notes: missing === 0 ? [] : [{ code: 'rounds_missing', missing }],
  problem,
});

/** Both runs of a round, or why there is none: a problem, or null after an interruption. */
const playRound = async (
  session: Session,
  round: number,
  first: FirstSide,
): Promise<Record<FirstSide, RecordedRun> | { problem: NoRun | null }> => {
  const { servers, rounds, shared, printer, scenario, folder } = session;
  const pair: Partial<Record<FirstSide, RecordedRun>> = {};
  for (const which of first === 'A' ? (['A', 'B'] as const) : (['B', 'A'] as const)) {
    if (shared.interruption.stop.aborted) return { problem: null };
    printer.print(
      `round ${round}${round > rounds ? ', a repetition' : ` of ${rounds}`}: ${which} = ${servers[which].name}`,
    );
    const target = embeddedTarget(servers[which]);
    const { guard, signalling, interruption } = shared;
    const outcome = await executeScenario({
      prepared: prepareRun({ ...shared, scenario, target }),
      target,
      guard,
      signalling,
      interruption,
      recordDir: join(folder, which, String(round)),
      // The same sentence on scenario and server would come with every run.
      printer: { ...printer, print: () => {} },
    });
    if (!isRun(outcome)) return { problem: shared.interruption.stop.aborted ? null : outcome };
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
