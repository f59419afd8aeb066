import { z } from 'zod';
import type { DrillReason } from '../measure/decide-verdict.ts';
import type { DrillResult } from '../measure/drill-result.ts';

/** Outcomes of a drill in a night: its verdict, or that it could not be executed. */
export const NIGHT_OUTCOMES = [
  'passed',
  'failed',
  'inconclusive',
  'void',
  'interrupted',
  'error',
] as const;

export const nightOutcomeSchema = z.strictObject({
  outcome: z.enum(NIGHT_OUTCOMES),
  /** Missed objectives, or codes of other reasons: sorted, each once. */
  reasons: z.array(z.string()),
});

/** Outcome and reasons of a drill, by which nights are compared. */
export type NightOutcome = z.infer<typeof nightOutcomeSchema>;

/**
 * Outcome of a drill that was executed. Reasons of repeats with another verdict do not count;
 * objectives count only where the drill failed: elsewhere their measurement states nothing.
 */
export const nightOutcomeOf = ({
  verdict,
  repeats,
}: Pick<DrillResult, 'verdict' | 'repeats'>): NightOutcome => ({
  outcome: verdict,
  reasons: sortedSet(
    repeats
      .filter((repeat) => repeat.verdict === verdict)
      .flatMap(({ reasons, failedObjectives }) => [
        ...(verdict === 'failed' ? failedObjectives : []),
        ...reasons.filter((reason) => !isMissed(reason)).map(({ code }) => code),
      ]),
  ),
});

const isMissed = ({ code }: DrillReason): boolean =>
  code === 'objective_missed' || code === 'threshold_crossed';

/** Codes in one order, without repetitions. */
export const sortedSet = (codes: readonly string[]): string[] => [...new Set(codes)].sort();

export const isSameOutcome = (a: NightOutcome, b: NightOutcome): boolean =>
  a.outcome === b.outcome && sortedSet(a.reasons).join(' ') === sortedSet(b.reasons).join(' ');

/** True for an outcome that states something about the server. */
export const isMeasured = ({ outcome }: Pick<NightOutcome, 'outcome'>): boolean =>
  outcome === 'passed' || outcome === 'failed';
