import { z } from 'zod';
import { KNOWN_FAILURE_STATUSES } from '../measure/drill-result.ts';
import { nightOutcomeSchema } from './night-outcome.ts';

export const NIGHT_LINE_SCHEMA = 'livekit-swarm/night-line/1';

/** Findings on a drill of a night, next to what was known before. */
export const NIGHT_FINDINGS = [
  /** The outcome is expected, or the one that the last nights agree on. */
  'known',
  /** The drill has no outcome before: its own objectives decide. */
  'new',
  /** Outcome or reasons are others than those that were known. */
  'changed',
  /** Void or inconclusive: nothing is known about the server. */
  'undecided',
  /** The drill could not be executed. */
  'error',
  'interrupted',
] as const;

export type NightFinding = (typeof NIGHT_FINDINGS)[number];

/** Sources of a known outcome. */
export const KNOWN_SOURCES = ['expectations', 'drill', 'history'] as const;

const spread = z.object({ min: z.number(), median: z.number(), max: z.number() }).nullable();

/** Line of the history: one drill in one night. */
export const nightLineSchema = z.object({
  schema: z.literal(NIGHT_LINE_SCHEMA),
  /** Start of the night, ISO 8601: its name. */
  night: z.string(),
  seed: z.number(),
  drill: z.string().min(1),
  file: z.string(),
  /** SHA-256 of the file, hexadecimal: outcomes of another text are not compared. */
  sha256: z.string(),
  /** Deployment as flags name it. */
  deployment: z.string(),
  /** 1; 2 when it was repeated at the end of the night. The last attempt counts. */
  attempt: z.int().min(1),
  startedAt: z.string(),
  durationMs: z.number(),
  /** Repeats that were executed. */
  repeats: z.number(),
  swarm: z.object({
    version: z.string(),
    /** Commit of the checkout; null outside of one. */
    commit: z.string().nullable(),
  }),
  /** Version that the servers reported; null: none, or several. */
  serverVersion: z.string().nullable(),
  host: z.object({ name: z.string(), cores: z.number() }),
  ...nightOutcomeSchema.shape,
  /** Comparison with the known failures in the file of the drill. */
  knownFailureStatus: z.enum(KNOWN_FAILURE_STATUSES),
  finding: z.enum(NIGHT_FINDINGS),
  /** Outcomes that were known before. */
  known: z.array(nightOutcomeSchema),
  knownFrom: z.enum(KNOWN_SOURCES).nullable(),
  /** Exit code of the finding. */
  exitCode: z.number(),
  /** Text of the first reason, or of the error; empty when it passed. */
  message: z.string(),
  /** Recovery over the measured repeats; null: nothing was measured. */
  recovery: z
    .object({
      timeToRecoverP50Ms: spread,
      timeToRecoverMaxMs: spread,
      subscriptionsInterrupted: z.number(),
      subscriptionsNotRecovered: z.number(),
      roomsSplit: z.number(),
    })
    .nullable(),
  /** Folder of the records. */
  record: z.string(),
});

export type NightLine = z.infer<typeof nightLineSchema>;
