/**
 * The JSON document of drills: facts of packages/chaos, each reason and objective with its text.
 */

import {
  DRILL_REASON_CODES,
  DRILL_RESULT_SCHEMA,
  drillServerSchema,
  KNOWN_FAILURE_STATUSES,
  OUTCOMES,
  objectiveResult,
  recoverySchema,
} from '@livekit-swarm/chaos';
import { drillSchema, objectiveCode } from '@livekit-swarm/chaos/drill';
import { DRILL_VERDICTS } from '@livekit-swarm/record';
import { EXIT_CODES, schemaUrl } from '@livekit-swarm/settings';
import { z } from 'zod';

/** Several drills in one document. */
export const DRILL_RESULTS_SCHEMA = 'livekit-swarm/drill-results/1';

const share = (what: string) =>
  z.number().nullable().describe(`${what}, 0 to 1. Null: not measured.`);

const exitCode = z
  .literal(Object.values(EXIT_CODES).map(({ code }) => code))
  .meta({ id: 'ExitCode' });
const verdict = z.enum(DRILL_VERDICTS).meta({
  id: 'Verdict',
  description:
    'void: the steady state was not reached, or a fault was not available; inconclusive: the load generator was impaired. Neither is a verdict on the server.',
});

const threshold = z.object({
  metric: z.string(),
  expression: z.string(),
  window: z.string().nullable(),
  value: z.number().nullable(),
  ok: z.boolean().nullable(),
});

const text = z.string().describe('The same in plain English.');

const reason = z.looseObject({ code: z.enum(DRILL_REASON_CODES), text }).meta({
  id: 'Reason',
  description: 'Why a repeat has its verdict; with the values of its code.',
});

const [limited, alerts] = objectiveResult.options;
const objective = z.union([limited.extend({ text }), alerts.extend({ text })]);

const window = z
  .object({
    name: z.string(),
    fromMs: z.number(),
    toMs: z.number(),
    joined: z.number(),
    joinFailures: z.number(),
    joinP95Ms: z.number().nullable(),
    packetsPerSecond: z.number().nullable(),
    loss: share('Packets that were not received, after recovery'),
    jitterP95Ms: z.number().nullable(),
    latencyP95Ms: z.number().nullable(),
    nacksPerSecond: z.number().nullable(),
  })
  .meta({ id: 'WindowFigures' });

const repeat = z
  .object({
    number: z.number(),
    verdict,
    reasons: z.array(reason).describe('Most important first.'),
    failedObjectives: z.array(objectiveCode),
    objectives: z.array(objective),
    thresholds: z.array(threshold),
    recovery: recoverySchema,
    windows: z.array(window),
    seconds: z.array(
      z.object({
        at: z.number(),
        packets: z.number(),
        loss: share('Of the packets expected in that second'),
      }),
    ),
    record: z.string().describe('The file from which everything here is derived.'),
    startedAtMs: z.number().describe('Unix time: the zero of every at.'),
    durationMs: z.number(),
  })
  .meta({ id: 'Repeat' });

const spread = z
  .object({ min: z.number(), median: z.number(), max: z.number() })
  .nullable()
  .meta({ id: 'Spread', description: 'Over the repeats, ms. Null: none recovered in any.' });

export const documentSchema = z
  .object({
    schema: z.literal(DRILL_RESULT_SCHEMA),
    verdict,
    exitCode,
    knownFailureStatus: z
      .enum(KNOWN_FAILURE_STATUSES)
      .describe(
        'Compared with the known failures of the server version. known_failure: it missed no other objective, which exits with 0.',
      ),
    deployment: z.string(),
    server: drillServerSchema
      .nullable()
      .describe('Null: the drill did not reach it, or was executed by an earlier version.'),
    serverVersion: z.string().nullable(),
    startedAt: z.string(),
    drill: drillSchema,
    spread: z.object({ timeToRecoverP50: spread, timeToRecoverMax: spread }),
    outcomes: z
      .array(
        z.object({
          outcome: z.enum(OUTCOMES),
          failedObjectives: z.array(objectiveCode),
          count: z.number(),
          text,
        }),
      )
      .describe('The most frequent first.'),
    repeats: z.array(repeat),
  })
  .meta({ id: 'DrillResult' });

/** A drill that could not be executed has the same envelope. */
export const noDrillSchema = z
  .object({
    schema: z.literal(DRILL_RESULT_SCHEMA),
    verdict: z.enum(['void', 'interrupted']),
    exitCode,
    drill: z.object({ name: z.string() }),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
  })
  .meta({ id: 'NoDrill' });

/** Everything that `--report json` of drills writes. */
export const outputSchema = z
  .union([
    documentSchema,
    noDrillSchema,
    z.object({
      schema: z.literal(DRILL_RESULTS_SCHEMA),
      drills: z.array(z.union([documentSchema, noDrillSchema])),
    }),
  ])
  .meta({
    $id: schemaUrl('report/schema/drill-result.schema.json'),
    title: 'livekit-swarm drill result',
  });

export type DrillDocument = z.input<typeof documentSchema>;
export type NoDrillDocument = z.input<typeof noDrillSchema>;

/** The published JSON Schema: later versions may add fields. */
export const drillResultJsonSchema = (): object => z.toJSONSchema(outputSchema, { io: 'input' });

/** The same without room for undescribed fields, for tests of this version. */
export const strictDrillResultJsonSchema = (): object =>
  z.toJSONSchema(outputSchema, { io: 'output' });
