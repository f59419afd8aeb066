import { crossingSchema, END_REASONS } from '@livekit-swarm/record';
import { z } from 'zod';

/** Facts as JSON shows them: a code, its values, and the text that the other reports show. */

const text = z.string().describe('The fact as a sentence, as other reports show it.');
const count = z.number();
const ms = z.number().describe('Milliseconds after the start of the run.');
const share = z.number().describe('From 0 to 1.');
const fact = <const Code extends string, Shape extends z.core.$ZodShape>(
  code: Code,
  values: Shape,
) => z.object({ code: z.literal(code), ...values, text });

const failure = z
  .object({ reason: z.string(), count, message: z.string().nullable() })
  .nullable()
  .describe('The most frequent one.');

export const abortingThreshold = z.object({ at: ms, ...crossingSchema.shape });
const crossing = crossingSchema.nullable();

const finding = <const Code extends string, Shape extends z.core.$ZodShape>(
  code: Code,
  values: Shape,
) =>
  fact(code, {
    value: z.number(),
    limit: z.number(),
    ...values,
    host: z.string().exactOptional().describe('Of a run on several hosts.'),
    advice: z.string().nullable().describe('What to change before the next run.'),
  });

export const healthFinding = z
  .discriminatedUnion('code', [
    finding('worker_died', { workers: count }),
    finding('host_lost', { why: z.string() }),
    finding('engine_error', {}),
    finding('server_killed', {}),
    finding('dns_failed', {}),
    finding('no_route', {}),
    finding('no_socket', {}),
    finding('engine_stuck', {}),
    finding('host_suspended', {}),
    finding('clock_stepped', { stepMs: z.number().describe('Negative: backwards.') }),
    finding('clock_wrong', { offsetMs: z.number().describe('Negative: behind.') }),
    finding('process_paused', {
      shard: z.number().describe('-1: the coordinator.'),
      count: count.describe('Pauses longer than the limit.'),
    }),
    finding('cpu_starved', { process: z.enum(['generator', 'server']) }),
    finding('no_samples', {}),
    finding('samples_missing', { shard: z.number() }),
    finding('socket_drops', { count }),
    finding('late_sends', { count }),
    finding('send_errors', { count }),
    finding('tick_lateness', { lateMs: z.number(), maxMs: z.number() }),
    finding('event_loop_lag', { lagMs: z.number() }),
    finding('late_joins', { count }),
    finding('host_saturated', { busy: share }),
  ])
  .meta({
    id: 'HealthFinding',
    description:
      'How the load generator impaired its own measurement: value is above limit (no_samples: below), both workers, samples, milliseconds or shares from 0 to 1.',
  });

const ofThreshold = {
  metric: z.string(),
  expression: z.string(),
  window: z.string().nullable(),
};

const allowed = {
  value: z.number().describe('Milliseconds.'),
  limit: z.number().describe('Milliseconds that are allowed.'),
};

export const thresholdDoubt = z
  .discriminatedUnion('code', [
    z.object({ code: z.literal('start_skew'), host: z.string(), ...allowed }),
    z.object({ code: z.literal('clock_uncertainty'), ...allowed }),
  ])
  .meta({
    id: 'ThresholdDoubt',
    description:
      'Why a measured value is not judged: a host may have been too early or too late for a spike of arrivals, or all values compare clocks of hosts.',
  });

export const excludedValues = z
  .object({
    share: share,
    uncertaintyMs: z.number().describe('By how much they may be wrong at most.'),
    allowedMs: z.number(),
  })
  .meta({
    id: 'ExcludedValues',
    description: 'Values that were left out, as they compare clocks of hosts.',
  });

export const reason = z
  .discriminatedUnion('code', [
    fact('deployment_unreachable', { failed: count, failure }),
    fact('no_participant_joined', { failed: count, failure }),
    fact('server_died', { at: ms }),
    fact('joins_rejected', {
      rejected: count,
      attempted: count,
      byReason: z.array(z.object({ reason: z.string(), count })),
    }),
    fact('run_aborted', { threshold: abortingThreshold }),
    fact('threshold_crossed', {
      ...ofThreshold,
      value: z.number().nullable(),
      mayBeCausedByGenerator: z.boolean(),
    }),
    fact('threshold_not_measured', {
      ...ofThreshold,
      cause: z.enum(['nothing_measured', 'no_stage', 'no_window']),
    }),
    fact('threshold_not_judged', {
      ...ofThreshold,
      value: z.number().nullable(),
      doubt: thresholdDoubt,
    }),
    fact('generator_impaired', { finding: healthFinding }),
    fact('impaired_at_times', {
      ms: z
        .number()
        .describe(
          'Milliseconds for which the load generator was impaired, or its effects may have shown.',
        ),
      totalMs: z.number().describe('Length of the run, milliseconds.'),
      codes: z.array(z.string()).describe('Codes of health findings.'),
    }),
    fact('no_thresholds', {}),
    fact('participants_unaccounted', { unaccounted: count, planned: count }),
    fact('record_truncated', {}),
    fact('run_cut_short', { cause: z.enum(END_REASONS), at: ms, plannedMs: z.number() }),
    fact('baseline_regression', {}),
    fact('baseline_inconclusive', {}),
  ])
  .meta({ id: 'Reason', description: 'Why a verdict is what it is.' });

export const runNote = z
  .discriminatedUnion('code', [
    fact('worker_died', {
      at: ms,
      shard: z.number().nullable(),
      detail: z.string().nullable(),
    }),
    fact('process_paused', {
      at: ms,
      shard: z.number().describe('-1: the coordinator.'),
      durationMs: z.number(),
    }),
    fact('host_suspended', { at: ms, durationMs: z.number() }),
    fact('clock_stepped', { at: ms, stepMs: z.number().describe('Negative: backwards.') }),
    fact('shared_clock_stepped', {
      at: ms,
      host: z.string(),
      stepMs: z.number().describe('Negative: backwards.'),
    }),
    fact('server_died', { at: ms, detail: z.string().nullable() }),
    fact('interrupted', { at: ms }),
    fact('threshold_crossed', { at: ms, crossing }),
    fact('threshold_doubted', {
      at: ms,
      crossing,
      findings: z.array(z.string()).describe('Codes of health findings.'),
    }),
    fact('warning', { at: ms, reason: z.string().nullable(), detail: z.string().nullable() }),
    fact('record_truncated', {}),
    fact('last_line_truncated', { line: count }),
    fact('unknown_lines', { count }),
    fact('loss_tolerated', { lost: count, planned: count, tolerated: count }),
    fact('publish_rejected', { rejected: count, total: count }),
    fact('host_busy', {
      otherCores: z.number().describe('Cores that other programs used.'),
      cores: z.number().describe('Of the host.'),
      programs: z
        .array(z.string())
        .describe('Names of those that used most; empty where they cannot be seen.'),
    }),
    fact('drill_record', {}),
    fact('metrics_not_pushed', {
      output: z.string(),
      url: z.string(),
      delivered: count,
      rejected: count.describe('Pushes that the receiver refused.'),
      lost: count.describe('Pushes that it could not be sent, also later.'),
      detail: z.string().nullable(),
    }),
  ])
  .meta({ id: 'RunNote', description: 'An event of the run itself, or a finding in its record.' });

const runFailures = [
  fact('server_died', {}),
  fact('run_aborted', { threshold: abortingThreshold.nullable() }),
  fact('no_participants_left', {}),
] as const;

const runFailure = z
  .discriminatedUnion('code', [...runFailures])
  .meta({ id: 'RunFailure', description: 'What ended a run early.' });

export const exclusion = z
  .discriminatedUnion('code', [
    fact('generator_impaired', { finding: healthFinding }),
    fact('record_truncated', {}),
    fact('interrupted', {}),
    fact('participants_unaccounted', { unaccounted: count, planned: count }),
    ...runFailures,
    fact('other_run_of_round', {}),
  ])
  .meta({ id: 'Exclusion', description: 'Why a run is not compared.' });

export const comparisonReason = z
  .discriminatedUnion('code', [
    fact('run_failed', { run: z.string(), failure: runFailure }),
    fact('too_few_runs', {}),
    fact('no_runs', { side: z.string() }),
    fact('no_comparable_runs', {
      side: z.string(),
      runs: z.array(z.object({ name: z.string(), exclusion })),
    }),
    fact('metrics_not_measured', {}),
    fact('metrics_lost', { figures: z.array(z.string()) }),
  ])
  .meta({
    id: 'ComparisonReason',
    description: 'Why the verdict of a comparison is what it is, besides the figures.',
  });

const environmentValues = z.array(z.union([z.string(), z.number()]).nullable());

export const comparisonNote = z
  .discriminatedUnion('code', [
    fact('single_runs', { factor: z.number() }),
    fact('small_changes_hidden', { figures: z.array(z.string()) }),
    fact('thresholds_crossed', {
      base: z.string(),
      current: z.string(),
      thresholds: z.array(z.string()),
    }),
    fact('environment_differs', {
      what: z.enum(['server_version', 'deployment', 'workers', 'environment']),
      key: z.string().nullable(),
      base: environmentValues,
      current: environmentValues,
    }),
    fact('host_load_differs', { base: share, current: share }),
  ])
  .meta({
    id: 'ComparisonNote',
    description: 'What a reader must know to use the figures of a comparison.',
  });

export const notComparable = z
  .object({
    code: z.enum([
      'not_measured',
      'not_measured_in_base',
      'not_measured_in_current',
      'too_few_values',
    ]),
    text,
  })
  .nullable()
  .describe('Why a figure is not comparable; null where it is.');

export const sessionNote = z
  .discriminatedUnion('code', [
    fact('no_rounds', {}),
    fact('rounds_missing', { missing: count }),
    fact('records', { folder: z.string() }),
  ])
  .meta({ id: 'SessionNote', description: 'About the session that made the runs.' });
