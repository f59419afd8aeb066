import { z } from 'zod';
import { violationSchema } from '../invariants/invariant.ts';

export const RANDOM_LINE_SCHEMA = 'livekit-swarm/random-line/1';

/** Outcomes of a random drill. */
export const RANDOM_OUTCOMES = [
  /** Every invariant held; also on a host that lacked CPU. */
  'held',
  /** An invariant was violated. */
  'violated',
  /** Void or inconclusive: nothing is known about the server. */
  'undecided',
  /** The drill could not be executed. */
  'error',
] as const;

export type RandomOutcome = (typeof RANDOM_OUTCOMES)[number];

const common = {
  schema: z.literal(RANDOM_LINE_SCHEMA),
  /** Number of the drill: with the seed, it determines the schedule. */
  number: z.int().min(1),
  durationMs: z.number(),
};

/** Line of a drill that was drawn and executed. */
const drawnLine = z.object({
  ...common,
  type: z.literal('drill'),
  drill: z.string(),
  startedAt: z.string(),
  swarm: z.object({ version: z.string(), commit: z.string() }),
  /** Version that the servers reported; null: none, or several. */
  serverVersion: z.string().nullable(),
  host: z.object({ name: z.string(), cores: z.number() }),
  /** Faults of its schedule, in order: `hang on node-2 at 4s for 10s`. */
  faults: z.array(
    z.object({
      fault: z.string(),
      target: z.string(),
      atS: z.number(),
      forS: z.number().nullable(),
    }),
  ),
  outcome: z.enum(RANDOM_OUTCOMES),
  violations: z.array(violationSchema),
  /** True if all its violations are known. */
  isKnown: z.boolean(),
  /** True if the host lacked CPU: the drill is inconclusive, and yet shows that no invariant failed. */
  isHostBusy: z.boolean(),
  /** Codes of the reasons for an outcome without a finding; text of the first. */
  reasons: z.array(z.string()),
  message: z.string(),
  /** Folder of its record, with the drill file. */
  record: z.string(),
});

/** Line of a violation whose drill was shrunk. */
const shrunkLine = z.object({
  ...common,
  type: z.literal('shrunk'),
  /** Invariants of which the drill violated one. */
  invariants: z.array(violationSchema.shape.invariant),
  /** Drill file of the smallest drill that violated it. */
  file: z.string(),
  faults: drawnLine.shape.faults,
  rooms: z.number(),
  /** Number of executions. */
  runs: z.number(),
  /** True if no smaller drill was left to try. */
  isMinimal: z.boolean(),
});

/** Line of the history of random drills. */
export const randomLineSchema = z.discriminatedUnion('type', [drawnLine, shrunkLine]);

export type RandomLine = z.infer<typeof randomLineSchema>;
export type DrawnLine = z.infer<typeof drawnLine>;
export type ShrunkLine = z.infer<typeof shrunkLine>;
