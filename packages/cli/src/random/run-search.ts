import { hostname } from 'node:os';
import { join } from 'node:path';
import { FAULTS } from '@livekit-swarm/chaos/faults';
import {
  appendRandomLine,
  areKnown,
  type DrawnLine,
  drawDrill,
  isPossible,
  type KnownViolation,
  linesByType,
  outcomeOfDrill,
  RANDOM_LINE_SCHEMA,
  type RandomDrill,
  type RandomFault,
  type RandomLine,
  type ShrunkLine,
  shrink,
} from '@livekit-swarm/chaos/random';
import { usableCores } from '@livekit-swarm/host';
import { type DrillOutcome, describeReason, isDrillResult } from '@livekit-swarm/report/drill';
import { drawnText, shrunkText } from '@livekit-swarm/report/random';
import { formatDuration } from '@livekit-swarm/settings';
import { VERSION } from '../version.ts';
import {
  executeRandomDrill,
  type RandomExecution,
  violationsOf,
  writeRandomDrill,
} from './execute-random-drill.ts';
import { HISTORY_FILE, type SearchState } from './search-state.ts';

export interface Search extends RandomExecution {
  state: SearchState;
  folder: string;
  /** Lines of the history so far. */
  lines: readonly RandomLine[];
  known: readonly KnownViolation[];
  shrinkRuns: number;
  /** Commit of this program. */
  commit: string;
}

export interface SearchEnd {
  lines: RandomLine[];
  /** True when its time, or its number of drills, was reached. */
  isComplete: boolean;
  /** Reason for which it ended early; null: it did not, or was stopped by the user. */
  endedBy: string | null;
}

/** Drills in a row that could not be executed, after which a search ends. */
const MOST_FAILURES = 5;

/**
 * Executes one random drill after the other until the time of the search is over, and makes the
 * first schedule of each violation smaller. Each drill is in the history as soon as it ends. It
 * ends early when drill after drill cannot be executed: the next ones would fail in seconds, too.
 */
export const runSearch = async (search: Search): Promise<SearchEnd> => {
  const { state, folder, stop, printer, known } = search;
  const { settings, choices, forMs } = state;
  const lines = [...search.lines];
  const append = (line: RandomLine): void => {
    appendRandomLine(join(folder, HISTORY_FILE), line);
    lines.push(line);
  };
  const isComplete = (): boolean =>
    lines.reduce((sum, { durationMs }) => sum + durationMs, 0) >= forMs ||
    linesByType(lines).drills.length >= (state.drills ?? Number.POSITIVE_INFINITY);

  const nextToShrink = (): DrawnLine | undefined =>
    search.shrinkRuns === 0 ? undefined : notShrunk(lines);

  let failures = 0;
  let endedBy: string | null = null;
  while (!stop.aborted && endedBy === null) {
    const open = nextToShrink();
    if (open !== undefined) {
      const { line, left } = await shrinkDrill(open, search);
      endedBy = left;
      if (line === null) break;
      append(line);
      printer.print(shrunkText(line));
      continue;
    }
    if (isComplete()) break;
    const number = 1 + Math.max(0, ...lines.map((line) => line.number));
    const drill = drawDrill(number, settings, choices, FAULTS);
    printer.print(`\n[${number}] ${drill.faults.map(faultText).join(', ')}`);
    const startedAt = new Date();
    const begin = performance.now();
    const record = join(folder, `${drill.name}-${clockOf(startedAt)}`);
    const outcome = await executeRandomDrill(drill, record, search);
    if (outcome === null) break;
    const line: DrawnLine = {
      schema: RANDOM_LINE_SCHEMA,
      type: 'drill',
      number,
      durationMs: Math.round(performance.now() - begin),
      drill: drill.name,
      startedAt: startedAt.toISOString(),
      swarm: { version: VERSION, commit: search.commit },
      host: { name: hostname(), cores: usableCores() },
      faults: faultsOf(drill.faults),
      record,
      ...factsOf(outcome, drill, known),
    };
    append(line);
    printer.print(`${drill.name}: ${drawnText(line)}`);
    failures = line.outcome === 'error' ? failures + 1 : 0;
    endedBy =
      leftBy(outcome) ??
      (failures === MOST_FAILURES
        ? `${MOST_FAILURES} drills in a row could not be executed, the last one: ${line.message}`
        : null);
  }
  return { lines, isComplete: isComplete() && nextToShrink() === undefined, endedBy };
};

/** Drill with a violation that is neither known nor part of a smaller schedule; undefined: none. */
const notShrunk = (lines: readonly RandomLine[]): DrawnLine | undefined => {
  const { drills, shrunk } = linesByType(lines);
  const done = new Set(shrunk.flatMap(({ invariants }) => invariants));
  return drills.find(
    ({ outcome, isKnown, violations }) =>
      outcome === 'violated' &&
      !isKnown &&
      violations.some(({ invariant }) => !done.has(invariant)),
  );
};

/**
 * Message on the fault that a drill left; null: it left none. Another drill would inject its faults
 * beside it.
 */
const leftBy = (outcome: DrillOutcome | null): string | null =>
  outcome === null || isDrillResult(outcome) || outcome.code !== 'rollback_failed'
    ? null
    : outcome.message;

/**
 * Makes the schedule of a drill smaller.
 * @returns its line, null when it was stopped before the first run; and the message on a fault that
 * could not be rolled back, null without one
 */
const shrinkDrill = async (
  line: DrawnLine,
  search: Search,
): Promise<{ line: ShrunkLine | null; left: string | null }> => {
  const { state, folder, stop, printer, shrinkRuns } = search;
  const first = drawDrill(line.number, state.settings, state.choices, FAULTS);
  const invariants = [...new Set(line.violations.map(({ invariant }) => invariant))];
  const begin = performance.now();
  let attempt = 0;
  const left: { fault: string | null } = { fault: null };
  const violates = async (drill: RandomDrill): Promise<boolean> => {
    attempt++;
    printer.print(
      `\n[${line.number}, smaller: ${attempt} of at most ${shrinkRuns}] ${drill.faults.map(faultText).join(', ')}`,
    );
    const record = join(folder, `${first.name}-smaller-${attempt}-${clockOf(new Date())}`);
    const outcome = await executeRandomDrill(drill, record, search);
    left.fault = leftBy(outcome);
    if (left.fault !== null) return false;
    const found = outcome === null || !isDrillResult(outcome) ? [] : violationsOf(outcome);
    const isViolated =
      outcome !== null &&
      isDrillResult(outcome) &&
      outcome.verdict === 'failed' &&
      found.some(({ invariant }) => invariants.includes(invariant));
    if (!stop.aborted)
      printer.print(
        isViolated ? 'still violated' : 'not violated: the fault, or its length, matters',
      );
    return isViolated;
  };
  const { drill, runs, isMinimal } = await shrink(first, {
    isPossible: (candidate) => isPossible(candidate, FAULTS),
    violates,
    mayRun: () => !stop.aborted && left.fault === null,
    maxRuns: shrinkRuns,
  });
  if (left.fault !== null || (stop.aborted && runs <= 1)) return { line: null, left: left.fault };
  const file = join(line.record, `${first.name}-smallest.yaml`);
  writeRandomDrill(
    { ...drill, name: `${first.name}-smallest`, description: descriptionOf(line) },
    file,
  );
  const smaller: ShrunkLine = {
    schema: RANDOM_LINE_SCHEMA,
    type: 'shrunk',
    number: line.number,
    durationMs: Math.round(performance.now() - begin),
    invariants,
    file,
    faults: faultsOf(drill.faults),
    rooms: drill.rooms,
    runs,
    isMinimal,
  };
  return { line: smaller, left: null };
};

const descriptionOf = ({ number, drill, violations }: DrawnLine): string =>
  `Smallest schedule found of drill ${number} (${drill}), which violated ${[...new Set(violations.map(({ invariant }) => invariant))].join(', ')}.`;

/** Finding of a drill. */
const factsOf = (
  outcome: DrillOutcome,
  { faults }: RandomDrill,
  known: readonly KnownViolation[],
): Pick<
  DrawnLine,
  'outcome' | 'violations' | 'isKnown' | 'isHostBusy' | 'reasons' | 'message' | 'serverVersion'
> => {
  if (!isDrillResult(outcome)) {
    const { code, message } = outcome;
    const nothing = { violations: [], isKnown: false, isHostBusy: false, serverVersion: null };
    return { outcome: 'error', ...nothing, reasons: [code], message };
  }
  const { verdict, serverVersion, repeats } = outcome;
  const violations = violationsOf(outcome);
  const reasons = repeats.flatMap((repeat) => repeat.reasons);
  const [first] = reasons;
  const { outcome: found, isHostBusy } = outcomeOfDrill({ verdict, reasons }, violations);
  return {
    outcome: found,
    violations,
    isHostBusy,
    isKnown: found === 'violated' && areKnown(violations, faults, known),
    reasons: [...new Set(reasons.map(({ code }) => code))].sort(),
    message: first === undefined ? '' : describeReason(first),
    serverVersion,
  };
};

const faultsOf = (faults: readonly RandomFault[]): DrawnLine['faults'] =>
  faults.map(({ fault, target, atS, forS }) => ({
    fault,
    target: typeof target === 'string' ? target : target.component,
    atS,
    forS,
  }));

/** `hang on node-2 after 4s for 10s`. */
const faultText = ({ fault, target, atS, forS }: RandomFault): string =>
  `${fault} on ${typeof target === 'string' ? target : target.component} after ${formatDuration(1_000 * atS)}${forS === null ? '' : ` for ${formatDuration(1_000 * forS)}`}`;

/** `12-03-59`. */
const clockOf = (at: Date): string => at.toISOString().slice(11, 19).replaceAll(':', '-');
