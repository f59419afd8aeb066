import { z } from 'zod';
import { fact, type PLAIN } from '../fact.ts';
import { abortingThreshold } from '../summary/summary.ts';
import type { HealthFinding } from '../verdict/health-finding.ts';

const count = z.number();
const names = z.array(z.string());
const share = z.number().describe('From 0 to 1.');

const failures = <Added extends z.core.$ZodShape>(added: Added) =>
  [
    fact('server_died', {}, added),
    fact('run_aborted', { threshold: abortingThreshold.nullable() }, added),
    fact('no_participants_left', {}, added).describe(
      'No participant was connected any more, and none was still to join.',
    ),
  ] as const;

/**
 * Failures that ended a run early and are attributed to the server.
 * @param added fields that a document adds to the values of each fact, also in the other functions
 */
export const runFailures = <Added extends z.core.$ZodShape>(added: Added) =>
  z.discriminatedUnion('code', failures(added));

export type Failure = z.infer<ReturnType<typeof runFailures<typeof PLAIN>>>;

/** Reasons for which a run is not compared. */
export const exclusions = <Added extends z.core.$ZodShape, Finding extends z.ZodType>(
  added: Added,
  finding: Finding,
) =>
  z.discriminatedUnion('code', [
    fact('generator_impaired', { finding }, added),
    fact('record_truncated', {}, added),
    fact('interrupted', {}, added),
    fact('participants_unaccounted', { unaccounted: count, planned: count }, added),
    ...failures(added),
    fact('other_run_of_round', {}, added).describe(
      'In rounds: the run itself is comparable, the one it belongs to is not.',
    ),
  ]);

export type Exclusion = z.infer<
  ReturnType<typeof exclusions<typeof PLAIN, z.ZodType<HealthFinding>>>
>;

/**
 * Reasons of the verdict of a comparison, besides the figures. `run` and `side` are names;
 * `figures` are keys.
 */
export const comparisonReasons = <
  Added extends z.core.$ZodShape,
  RunFailure extends z.ZodType,
  Excluded extends z.ZodType,
>(
  added: Added,
  failure: RunFailure,
  exclusion: Excluded,
) =>
  z.discriminatedUnion('code', [
    fact('run_failed', { run: z.string(), failure }, added).describe(
      'A current run ended early, and no base run did.',
    ),
    fact('too_few_runs', {}, added),
    fact('no_runs', { side: z.string() }, added),
    fact(
      'no_comparable_runs',
      { side: z.string(), runs: z.array(z.object({ name: z.string(), exclusion })) },
      added,
    ),
    fact('metrics_not_measured', {}, added),
    fact('metrics_lost', { figures: names }, added),
  ]);

export type ComparisonReason = z.infer<
  ReturnType<typeof comparisonReasons<typeof PLAIN, z.ZodType<Failure>, z.ZodType<Exclusion>>>
>;

const environmentValues = z.array(z.union([z.string(), z.number()]).nullable());

/** Notes that a reader needs to use the figures of a comparison. */
export const comparisonNotes = <Added extends z.core.$ZodShape>(added: Added) =>
  z.discriminatedUnion('code', [
    fact('single_runs', { factor: z.number() }, added).describe(
      'Too few runs to see how much runs differ: parts of them are compared, with factor times the tolerance.',
    ),
    fact('small_changes_hidden', { figures: names }, added).describe(
      'Metrics with a threshold that may have changed by several tolerances without being detected.',
    ),
    fact(
      'thresholds_crossed',
      { base: z.string(), current: z.string(), thresholds: names },
      added,
    ).describe('Thresholds that a current run crossed and no base run.'),
    fact(
      'environment_differs',
      {
        what: z.enum(['server_version', 'deployment', 'processes', 'environment']),
        key: z.string().nullable().describe('Of the environment: which value.'),
        base: environmentValues.describe('Each value once; null: not known.'),
        current: environmentValues,
      },
      added,
    ),
    fact('host_load_differs', { base: share, current: share }, added).describe(
      "Share of all cores of the load generator's host in use.",
    ),
  ]);

export type ComparisonNote = z.infer<ReturnType<typeof comparisonNotes<typeof PLAIN>>>;

/**
 * Reasons for which a figure is not comparable: it was not measured in every run of one side or of
 * both, or too rarely to know its spread.
 */
export const notComparable = z.enum([
  'not_measured',
  'not_measured_in_base',
  'not_measured_in_current',
  'too_few_values',
]);

export type NotComparable = z.infer<typeof notComparable>;
