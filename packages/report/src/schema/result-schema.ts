import {
  abortingThreshold,
  excludedValues,
  SUMMARY_SHAPE,
  thresholdDoubt,
} from '@livekit-swarm/analysis';
import { endSchema, planFactsSchema, windowSchema } from '@livekit-swarm/record';
import { scenarioSchema } from '@livekit-swarm/scenario';
import { EXIT_CODES, schemaUrl } from '@livekit-swarm/settings';
import { z } from 'zod';
import { comparisonSchema } from '../comparison/comparison-schema.ts';
import { RESULT_SCHEMA, RESULTS_SCHEMA } from '../run/report-input.ts';
import { healthFinding, reason, runNote } from './facts-schema.ts';

const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not measured.`);

const verdict = z.enum(['passed', 'failed', 'inconclusive']).meta({ id: 'Verdict' });
const exitCode = z.literal(Object.values(EXIT_CODES).map(({ code }) => code)).meta({
  id: 'ExitCode',
  description: Object.values(EXIT_CODES)
    .map(({ code, meaning }) => `${code}: ${meaning}`)
    .join('; '),
});

const metrics = z.record(z.string(), z.number()).meta({
  id: 'Metrics',
  description:
    'By metric and aggregation: join_time.p95, packet_loss.rate, nacks_sent.count. What was not measured is absent.',
});

const threshold = z
  .object({
    metric: z.string().describe('With its selector and window: media_latency{kind:audio}@peak.'),
    expression: z.string().describe('p(95)<200'),
    window: z
      .string()
      .nullable()
      .describe('The part of the run that was evaluated; null: all of it.'),
    value: known('In the unit of the metric.'),
    ok: z
      .boolean()
      .nullable()
      .describe(
        'Whether it was met. Null: nothing was measured, or it was not judged (doubt), so it was neither met nor crossed.',
      ),
    uncertainty: z
      .number()
      .exactOptional()
      .describe('By how much a latency between hosts may be wrong. Absent: it is of one clock.'),
    doubt: thresholdDoubt.exactOptional(),
    excluded: excludedValues.exactOptional(),
    source: z.enum(['default', 'user']),
  })
  .meta({ id: 'Threshold' });

/** One run. */
export const resultSchema = z
  .object({
    schema: z.literal(RESULT_SCHEMA),
    verdict,
    server: z
      .string()
      .describe('What the verdict is on: an embedded livekit-server, or the host of the URL.'),
    exitCode,
    reasons: z
      .array(reason)
      .describe(
        'Why the verdict is what it is, most important first; empty when all thresholds were met.',
      ),
    thresholds: z.array(threshold),
    metrics,
    windows: z
      .array(windowSchema.extend({ metrics }))
      .describe('The same figures of each window of the run.'),
    generator: SUMMARY_SHAPE.generator
      .extend({
        findings: z
          .array(healthFinding)
          .describe('Empty for a healthy generator; with any of them the run is inconclusive.'),
      })
      .describe('Load generator health.'),
    hosts: SUMMARY_SHAPE.hosts,
    serverMetrics: SUMMARY_SHAPE.server,
    lost: SUMMARY_SHAPE.lost,
    deployment: SUMMARY_SHAPE.deployment,
    joins: SUMMARY_SHAPE.joins,
    tracks: SUMMARY_SHAPE.tracks,
    media: SUMMARY_SHAPE.traffic,
    roles: SUMMARY_SHAPE.roles,
    paths: SUMMARY_SHAPE.paths,
    clients: SUMMARY_SHAPE.clients,
    layers: SUMMARY_SHAPE.layers,
    lossRecovery: SUMMARY_SHAPE.recovery,
    mostAffected: SUMMARY_SHAPE.mostAffected,
    notes: z.array(runNote).describe('Events of the run itself, and findings in its record.'),
    run: z.string().describe('Random, also part of the names of the rooms.'),
    startedAt: z.iso.datetime(),
    end: endSchema.omit({ type: true }).nullable().describe('Null: the record is truncated.'),
    abortedBy: abortingThreshold
      .nullable()
      .describe('The threshold with abortOnFail that ended the run.'),
    plan: planFactsSchema.omit({ windows: true }).describe('What was planned.'),
    scenario: scenarioSchema,
    environment: z.record(z.string(), z.union([z.string(), z.number()])),
    record: z.string().nullable(),
    comparison: comparisonSchema.optional().describe('With the baseline; absent without one.'),
  })
  .meta({ id: 'Result', description: 'A run and its result.' });

/** A run that did not start. */
export const noResultSchema = z
  .object({
    schema: z.literal(RESULT_SCHEMA),
    verdict,
    exitCode,
    reasons: z.array(z.object({ code: z.string(), text: z.string() })),
    thresholds: z.array(z.never()),
    metrics,
    scenario: z.object({ name: z.string() }),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
  })
  .meta({ id: 'NoResult', description: 'A run that did not start, and why.' });

const one = z.union([resultSchema, noResultSchema]);

/** Schema of the JSON of runs: one run, or several runs of one command. */
export const outputSchema = z
  .union([
    ...one.options,
    z.object({ schema: z.literal(RESULTS_SCHEMA), verdict, exitCode, runs: z.array(one) }).meta({
      id: 'Results',
      description: 'Several runs of one command, in the order they were made.',
    }),
  ])
  .meta({
    $id: schemaUrl('report/schema/result.schema.json'),
    title: 'livekit-swarm result',
    description:
      'What `swarm … --json` prints. Times in milliseconds unless stated otherwise, shares from 0 to 1. Fields may be added under the same version.',
  });

export type Result = z.infer<typeof resultSchema>;
export type NoResult = z.infer<typeof noResultSchema>;

/** The JSON Schema that is published: it takes fields that later versions add. */
export const resultJsonSchema = (): object => z.toJSONSchema(outputSchema, { io: 'input' });

/** The same without room for anything that is not described, for tests of this version. */
export const strictResultJsonSchema = (): object => z.toJSONSchema(outputSchema, { io: 'output' });
