/** One session of `swarm capacity`: searches, each of them runs of one scenario at several sizes. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRun } from '@livekit-swarm/analysis';
import {
  factsOfStep,
  nextStep,
  type ProfiledRun,
  type SearchOptions,
  type SearchResult,
  type SearchRun,
  type StepFacts,
  type StepRun,
  type UtilisationLimit,
} from '@livekit-swarm/analysis/capacity';
import type { Scenario, SizeUnit } from '@livekit-swarm/scenario';
import {
  EXIT_CODES,
  type ExitCode,
  interruptedError,
  isUsageError,
  type SwarmError,
} from '@livekit-swarm/settings';
import { type PlannedRun, planRun, type RunRequest } from '../plan-run.ts';
import { type RunConditions, runOnce } from '../run-once.ts';
import { awaitAnswer, LONGEST_WAIT_MS } from './await-answer.ts';
import { plannedLoad, stepScenario } from './step-scenario.ts';

export interface SearchSession {
  scenario: Scenario;
  unit: SizeUnit;
  limits: readonly UtilisationLimit[];
  options: SearchOptions;
  repeats: number;
  /** Pause before each run but the first, ms. Default: none. */
  pauseMs?: number;
  /** Waits until the deployment can carry a run again, after the pause. Default: no wait. */
  awaitReady?(signal: AbortSignal): Promise<void>;
  /** Begins to watch the workers of voice agents of a run. Default: they are not watched. */
  watchWorkers?(): WorkerWatch;
  /** The request of every run, apart from its size. */
  request: Omit<RunRequest, 'scenario'>;
  conditions: Pick<RunConditions, 'interruption' | 'observer' | 'version'>;
  /** Folder of the records: `1/01-8` is the first run of the first search, at 8. */
  folder: string;
  /** Called after each run. */
  onStep(step: StepFacts): void;
}

/** Watch of the workers of voice agents during one run. */
export interface WorkerWatch {
  /** Ends the watch. @returns most that a worker used: CPU cores, and memory in bytes; null: not measured */
  stop(): Promise<NonNullable<StepRun['workerUsage']>>;
}

type Problem = Pick<SwarmError, 'message' | 'hint'> & { code: string };

export interface SessionOutcome {
  steps: StepFacts[];
  searches: SearchResult[];
  serverVersion: string | null;
  stopped: 'interrupted' | 'unreachable' | 'error' | null;
  problem: Problem | null;
  /** CPU profiles of nodes that runs took while they crossed a limit. */
  profiles: ProfiledRun[];
  /** Exit code of the error that stopped the search; null: no error. */
  errorExitCode: ExitCode | null;
}

/** Later searches begin near the limit that the first one found, and grow slowly: they test it again. */
const NEAR = 0.9;
const SLOW_GROWTH = 1.1;

/** Attempts of a search at a run without a result. */
const ATTEMPTS = 3;

/** Runs until every search has ended, Ctrl-C, or a run cannot be started. */
export const runCapacitySession = async (session: SearchSession): Promise<SessionOutcome> => {
  const outcome: SessionOutcome = {
    steps: [],
    searches: [],
    profiles: [],
    serverVersion: null,
    stopped: null,
    problem: null,
    errorExitCode: null,
  };
  for (let repeat = 1; repeat <= session.repeats; repeat++) {
    const found = await search(session, optionsOf(session, outcome.searches), repeat, outcome);
    if (found === null) return outcome;
    outcome.searches.push(found);
    // Neither a larger load nor a healthier generator comes with another search.
    if (found.end !== 'knee') return outcome;
  }
  return outcome;
};

const optionsOf = ({ options }: SearchSession, [first]: readonly SearchResult[]): SearchOptions =>
  first === undefined
    ? options
    : { ...options, start: Math.max(1, Math.floor(first.carried * NEAR)), growth: SLOW_GROWTH };

/** Searches once. @returns null: the session ends here */
const search = async (
  session: SearchSession,
  options: SearchOptions,
  repeat: number,
  outcome: SessionOutcome,
): Promise<SearchResult | null> => {
  const runs: SearchRun[] = [];
  for (;;) {
    const step = nextStep(runs, options);
    if (step.type === 'found') return step;
    if (outcome.steps.length > 0) {
      const isAnswering = await pause(session);
      if (session.conditions.interruption.stop.aborted) outcome.stopped = 'interrupted';
      else if (!isAnswering) {
        outcome.stopped = 'unreachable';
        outcome.problem = NO_ANSWER;
      }
      if (outcome.stopped !== null) return null;
    }
    const planned = planStep(session, step.load);
    if ('problem' in planned) {
      // This host cannot generate it at all, or the language does not allow it.
      outcome.problem = planned.problem;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++)
        runs.push({ load: step.load, evidence: null });
      continue;
    }
    const facts = await runStep(session, planned, { load: step.load, repeat, outcome });
    if (facts === null) return null;
    outcome.steps.push(facts);
    session.onStep(facts);
    if (facts.outcome === 'interrupted' || session.conditions.interruption.stop.aborted) {
      outcome.stopped = 'interrupted';
      return null;
    }
    runs.push({ load: step.load, evidence: facts.evidence });
  }
};

const NO_ANSWER: Problem = {
  code: 'unreachable',
  message: `the deployment did not answer for ${LONGEST_WAIT_MS / 1_000} s after the last load`,
  hint: 'see what its hosts and its log say about that time, and search again with a smaller --max',
};

/** Wait before a run. @returns false if the session was interrupted, or the deployment does not answer */
const pause = async (session: SearchSession): Promise<boolean> => {
  const { pauseMs = 0, awaitReady, conditions, request } = session;
  const { stop } = conditions.interruption;
  if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  if (!stop.aborted) await awaitReady?.(stop);
  if (stop.aborted || request.target.type !== 'remote') return !stop.aborted;
  return await awaitAnswer(request.target, stop, () =>
    conditions.observer.onEvent({
      type: 'preparing',
      line: 'the deployment does not answer after this load: waiting until it does',
    }),
  );
};

const planStep = (
  { scenario, unit, request }: SearchSession,
  load: number,
): PlannedRun | { problem: Problem } => {
  try {
    return planRun({ ...request, scenario: stepScenario(scenario, unit, load) });
  } catch (error) {
    if (!isUsageError(error)) throw error;
    return { problem: { code: error.code, message: error.message, hint: error.hint } };
  }
};

/** Reasons of joins that failed as the load is too large: a search goes down from there. */
const AT_A_LIMIT: ReadonlySet<string> = new Set([
  'server_full',
  'room_full',
  'rate_limited',
  'udp_ports_exhausted',
]);

const runStep = async (
  { conditions, limits, folder, watchWorkers }: SearchSession,
  step: PlannedRun,
  { load, repeat, outcome }: { load: number; repeat: number; outcome: SessionOutcome },
): Promise<StepFacts | null> => {
  const number = String(outcome.steps.length + 1).padStart(2, '0');
  const record = join(folder, String(repeat), `${number}-${load}`);
  const watch = watchWorkers?.();
  const running = runOnce(step, {
    ...conditions,
    endWhenOverloaded: true,
    profiledLimits: limits,
    recordDir: record,
  });
  const workerUsage = await running.then(
    () => watch?.stop(),
    () => watch?.stop(),
  );
  const ran = await running;
  if (!isRun(ran)) {
    const interrupted = conditions.interruption.stop.aborted;
    outcome.stopped = interrupted
      ? 'interrupted'
      : ran.exitCode === EXIT_CODES.unreachable.code
        ? 'unreachable'
        : 'error';
    const { code, message, hint } = interrupted
      ? interruptedError('the search was interrupted')
      : { code: ran.reason, message: ran.message, hint: ran.hint };
    outcome.problem = { code, message, hint };
    if (outcome.stopped === 'error') outcome.errorExitCode = ran.exitCode;
    return null;
  }
  const { summary, decision } = ran;
  outcome.serverVersion ??= summary.deployment?.serverVersion ?? null;
  const { profiles } = summary.server;
  if (profiles !== undefined) outcome.profiles.push({ load, profiles });
  const planned = plannedLoad(step.plan);
  const facts = factsOfStep(
    {
      ...{ load, repeat, record, planned, summary, decision },
      ...(workerUsage !== undefined && { workerUsage }),
    },
    limits,
  );
  const [failure] = facts.rejected;
  const isRefused =
    decision.exitCode === EXIT_CODES.unreachable.code && !AT_A_LIMIT.has(failure?.reason ?? '');
  if (isRefused && outcome.steps.length === 0) {
    outcome.stopped = 'unreachable';
    outcome.problem = {
      code: failure?.reason ?? 'unreachable',
      message: `no participant joined: ${failure?.message ?? 'the deployment rejected all of them'}`,
      hint: null,
    };
  }
  return outcome.stopped === null ? facts : null;
};
