import { END_REASONS } from '@livekit-swarm/record';
import { z } from 'zod';
import type { Comparison } from '../compare/comparison.ts';
import { fact, type PLAIN } from '../fact.ts';
import { abortingThreshold, failureReason } from '../summary/summary.ts';
import type { HealthFinding } from './health-finding.ts';
import { notMeasured, type ThresholdResult, thresholdDoubt } from './threshold-result.ts';

const count = z.number();
const ms = z.number().describe('Milliseconds after the start of the run.');
const failure = failureReason.nullable().describe('The most frequent one.');
const ofThreshold = {
  metric: z.string(),
  expression: z.string(),
  window: z.string().nullable(),
};

/**
 * Reasons of a verdict as documents hold them, without text.
 * @param added fields that a document adds to the values of each reason
 * @param finding schema of that document's health findings
 */
export const verdictReasons = <Added extends z.core.$ZodShape, Finding extends z.ZodType>(
  added: Added,
  finding: Finding,
) =>
  z.discriminatedUnion('code', [
    fact('deployment_unreachable', { failed: count, failure }, added).describe(
      'All joins were rejected, or did not reach a LiveKit server.',
    ),
    fact('no_participant_joined', { failed: count, failure }, added).describe(
      'All joins failed for another reason, as when a firewall blocks media.',
    ),
    fact('server_died', { at: ms }, added),
    fact(
      'joins_rejected',
      {
        rejected: count,
        attempted: count,
        byReason: z.array(z.object({ reason: z.string(), count })),
      },
      added,
    ),
    fact('run_aborted', { threshold: abortingThreshold }, added).describe(
      'A threshold with abortOnFail ended the run.',
    ),
    fact(
      'threshold_crossed',
      { ...ofThreshold, value: z.number().nullable(), mayBeCausedByGenerator: z.boolean() },
      added,
    ),
    fact('threshold_not_measured', { ...ofThreshold, cause: notMeasured }, added),
    fact(
      'threshold_not_judged',
      { ...ofThreshold, value: z.number().nullable(), doubt: thresholdDoubt },
      added,
    ).describe('It was measured, but may be wrong, or of another load than was meant.'),
    fact('generator_impaired', { finding }, added),
    fact(
      'impaired_at_times',
      {
        ms: z
          .number()
          .describe(
            'Milliseconds for which the load generator was impaired, or its effects may have shown.',
          ),
        totalMs: z.number().describe('Length of the run, milliseconds.'),
        codes: z.array(z.string()).describe('Codes of health findings.'),
      },
      added,
    ).describe(
      'The load generator was healthy on the whole, but not in the time in which the thresholds were crossed.',
    ),
    fact('no_thresholds', {}, added),
    fact('participants_unaccounted', { unaccounted: count, planned: count }, added),
    fact('record_truncated', {}, added),
    fact('run_cut_short', { cause: z.enum(END_REASONS), at: ms, plannedMs: z.number() }, added),
    fact('baseline_regression', {}, added),
    fact('baseline_inconclusive', {}, added),
  ]);

type ReasonFact = z.infer<
  ReturnType<typeof verdictReasons<typeof PLAIN, z.ZodType<HealthFinding>>>
>;

/** Fact with the result of its threshold, which contains the fact's values and more. */
type WithResult<Fact> = Fact extends ReasonFact
  ? Omit<Fact, keyof typeof ofThreshold | 'value'> & { result: ThresholdResult }
  : never;

type BaselineCode = 'baseline_regression' | 'baseline_inconclusive';

/** Reason of a verdict. Times are in ms after the start of the run. */
export type Reason =
  | Exclude<ReasonFact, { metric: string } | { code: BaselineCode }>
  | WithResult<Extract<ReasonFact, { metric: string }>>
  | { code: BaselineCode; comparison: Comparison };
