import { EXIT_CODES, schemaUrl } from '@livekit-swarm/settings';
import { z } from 'zod';
import { COMPARISON_SCHEMA } from '../run/report-input.ts';
import {
  comparisonNote,
  comparisonReason,
  exclusion,
  notComparable,
  sessionNote,
} from '../schema/facts-schema.ts';

const exitCode = z
  .literal(Object.values(EXIT_CODES).map(({ code }) => code))
  .describe('99: regression; 98: inconclusive; 0: no regression.');
const verdict = z.enum(['regression', 'improvement', 'no_difference', 'inconclusive']).meta({
  id: 'ComparisonVerdict',
  description: 'A regression wherever any figure got worse, whatever else got better.',
});

const sideFigure = z
  .object({
    median: z.number(),
    min: z.number().describe('Of the runs; of a single run its parts.'),
    max: z.number(),
    values: z.array(z.number()).describe('One for each run that was compared.'),
  })
  .nullable()
  .meta({
    id: 'SideFigure',
    description: 'In the unit of the metric. Null: not measured in every run.',
  });

const share = () => z.number().nullable().describe('Of the base; null where that is zero.');

const figure = z
  .object({
    figure: z.string().describe('media_latency{kind:audio}@peak.p95'),
    verdict: z.enum(['better', 'worse', 'no_difference', 'not_comparable']),
    reason: notComparable,
    metric: z.string(),
    target: z.string().describe('The metric with its selector and window.'),
    aggregation: z.string(),
    unit: z.string(),
    better: z.enum(['lower', 'higher']).describe('Which way is good.'),
    hasThreshold: z.boolean().describe('A threshold is defined for it.'),
    base: sideFigure,
    current: sideFigure,
    change: z.object({ absolute: z.number(), relative: share() }).nullable(),
    interval: z
      .object({
        from: z.number(),
        to: z.number(),
        relativeFrom: share(),
        relativeTo: share(),
        confidence: z.number().describe('From 0 to 1, of this figure individually.'),
      })
      .nullable()
      .describe('Where the change lies.'),
    tolerance: z
      .object({ relative: z.number(), absolute: z.number() })
      .describe('What counts as equal: the wider of a share and an amount.'),
    chance: z
      .number()
      .nullable()
      .describe('Probability that any figure differs as much when both sides are equal.'),
  })
  .meta({ id: 'FigureComparison' });

const side = z
  .object({
    name: z.string(),
    runs: z.array(
      z.object({
        name: z.string().describe('Where its record is.'),
        run: z.string(),
        startedAt: z.string(),
        verdict: z.enum(['passed', 'failed', 'inconclusive']).describe('Of the run itself.'),
        excludedReason: exclusion.nullable().describe('Null: the run was compared.'),
      }),
    ),
    serverVersions: z.array(z.string()),
  })
  .meta({ id: 'ComparedSide' });

/** One side against the base. */
export const comparisonSchema = z
  .object({
    verdict,
    exitCode,
    text: z.string().describe('The result in one sentence.'),
    scenario: z.string(),
    design: z
      .enum(['rounds', 'repeats', 'single'])
      .describe(
        'Alternating rounds, several runs of each side, or too few: then parts of runs are compared.',
      ),
    base: side,
    current: side,
    reasons: z.array(comparisonReason),
    notes: z.array(comparisonNote),
    ignoredDifferences: z
      .array(z.object({ path: z.string(), base: z.string(), current: z.string() }))
      .describe('Of the scenarios, where they do not change the load.'),
    figures: z.array(figure),
  })
  .meta({ id: 'Comparison' });

/** JSON of `swarm compare` and `swarm ab`. */
export const comparisonOutputSchema = z
  .object({
    schema: z.literal(COMPARISON_SCHEMA),
    verdict,
    exitCode,
    interrupted: z.boolean(),
    notes: z.array(sessionNote),
    error: z
      .object({ code: z.string(), message: z.string(), hint: z.string().nullable() })
      .nullable()
      .describe('What ended a session early.'),
    comparisons: z
      .array(comparisonSchema)
      .describe('Each of the others against the first; empty if an error prevented the runs.'),
  })
  .meta({
    $id: schemaUrl('report/schema/comparison.schema.json'),
    title: 'livekit-swarm comparison',
    description:
      'What `swarm compare --json` and `swarm ab --json` print. Values in the unit of the metric: milliseconds, shares from 0 to 1, sums per second. Fields may be added under the same version.',
  });

export type ComparisonResult = z.infer<typeof comparisonSchema>;
export type ComparisonOutput = z.infer<typeof comparisonOutputSchema>;

/** The JSON Schema that is published: it takes fields that later versions add. */
export const comparisonJsonSchema = (): object =>
  z.toJSONSchema(comparisonOutputSchema, { io: 'input' });

/** The same without room for anything that is not described, for tests of this version. */
export const strictComparisonJsonSchema = (): object =>
  z.toJSONSchema(comparisonOutputSchema, { io: 'output' });
