import type { Expectations } from './expectations.ts';
import type { NightLine } from './night-line.ts';
import { isMeasured, isSameOutcome, type NightOutcome } from './night-outcome.ts';
import type { PastOutcomes } from './night-result.ts';

/** Facts about a drill of tonight. */
export type DrillTonight = Pick<
  NightLine,
  'night' | 'drill' | 'sha256' | 'deployment' | 'outcome' | 'reasons' | 'knownFailureStatus'
>;

export interface KnownOutcomes {
  history: readonly NightLine[];
  expectations: Expectations;
  /** Number of last nights that must agree on an outcome. */
  nights: number;
}

/** Finding on a drill, and the outcomes with which it was compared. */
export type Judgement = Pick<NightLine, 'finding' | 'known' | 'knownFrom'>;

/**
 * Compares the outcome of a drill with those that are known: its expectations, the known failures
 * of its file, then the last nights.
 */
export const judgeDrill = (tonight: DrillTonight, known: KnownOutcomes): Judgement => {
  const { outcome, drill, knownFailureStatus } = tonight;
  if (outcome === 'interrupted') return judgement('interrupted');
  const expected = known.expectations.get(drill);
  if (expected?.some((one) => isSameOutcome(one, tonight)) === true)
    return judgement('known', expected, 'expectations');
  if (!isMeasured(tonight)) return judgement(outcome === 'error' ? 'error' : 'undecided');
  if (expected !== undefined) return judgement('changed', expected, 'expectations');
  const before = outcomesOfLastNights(tonight, known);
  if (knownFailureStatus === 'known_failure') return judgement('known', [], 'drill');
  if (before === null) return judgement('new');
  const isKnown = before.some((one) => isSameOutcome(one, tonight));
  return judgement(isKnown ? 'known' : 'changed', before, 'history');
};

const judgement = (
  finding: Judgement['finding'],
  known: readonly NightOutcome[] = [],
  knownFrom: Judgement['knownFrom'] = null,
): Judgement => ({
  finding,
  known: known.map(({ outcome, reasons }) => ({ outcome, reasons: [...reasons] })),
  knownFrom,
});

/**
 * Outcomes that the last nights know; null: the drill was never measured. A change counts once all
 * of the last nights agree on it: until then, a regression fails every night.
 */
const outcomesOfLastNights = (
  tonight: DrillTonight,
  { history, nights }: KnownOutcomes,
): NightOutcome[] | null => {
  const last = measuredNights(tonight, history).slice(-nights);
  const [first] = last;
  if (first === undefined) return null;
  if (last.length === nights && last.every((one) => isSameOutcome(one, first))) return [first];
  return last
    .filter(({ finding }) => finding !== 'changed')
    .filter((one, index, all) => all.findIndex((other) => isSameOutcome(other, one)) === index);
};

/** Nights that a report shows of each drill. */
const SHOWN_NIGHTS = 7;

/** Outcomes of the nights before, of each drill of a night. */
export const pastOutcomes = (
  tonight: readonly DrillTonight[],
  history: readonly NightLine[],
): PastOutcomes[] =>
  tonight.map((line) => ({
    drill: line.drill,
    outcomes: measuredNights(line, history)
      .slice(-SHOWN_NIGHTS)
      .reverse()
      .map(({ night, outcome, reasons, finding }) => ({ night, outcome, reasons, finding })),
  }));

/** Earlier nights of the same text of a drill on the same deployment, the oldest first. */
const measuredNights = (
  { drill, sha256, deployment, night }: DrillTonight,
  history: readonly NightLine[],
): NightLine[] => {
  const same = history.filter(
    (line) =>
      line.drill === drill &&
      line.sha256 === sha256 &&
      line.deployment === deployment &&
      line.night < night &&
      isMeasured(line),
  );
  const byNight = new Map(same.map((line) => [line.night, line]));
  return [...byNight.values()].sort((a, b) => (a.night < b.night ? -1 : 1));
};
