import { DRILL_FAILINGS } from '@livekit-swarm/record';
import { z } from 'zod';
import type { Drill } from './drill.ts';

const ms = () => z.number().describe('Milliseconds.');
const limit = () => z.number().nullable().describe('Null: not asked.');

const aim = z
  .union([
    z.object({
      role: z.enum(['room-node', 'other-node', 'signal-node', 'redis', 'balancer', 'turn', 'none']),
    }),
    z.object({ role: z.literal('nodes'), share: z.number() }),
    z.object({ role: z.literal('member'), name: z.string() }),
  ])
  .meta({ id: 'Aim', description: 'What a fault is done to.' });

export const failing = z
  .enum(DRILL_FAILINGS)
  .meta({ id: 'Failing', description: 'A way to fail, by the objective that is missed.' });

/** Each `null` where it is not asked. */
const objectives = z.object({
  rtoP50Ms: limit(),
  rtoP95Ms: limit(),
  rtoMaxMs: limit(),
  neverRecovered: limit(),
  roomsLost: limit(),
  splitBrain: limit(),
  controlGapMs: limit(),
  newcomersIn: limit(),
  newcomersBlind: limit(),
  ghosts: limit(),
  disconnected: limit(),
  alertsWithinMs: z
    .record(z.string(), ms())
    // Drills of before it could be asked for have none.
    .default({})
    .describe('By the name of an alert, after the first fault. Empty: not asked.'),
});

export const objective = z.keyof(objectives).meta({ id: 'Objective' });

/** A drill as it was carried out: everything is filled in. */
export const drillSchema = z
  .object({
    name: z.string().min(1),
    description: z.string().nullable(),
    tags: z.record(z.string(), z.string()),
    seed: z.number(),
    lab: z.object({
      nodes: z.number(),
      persistentRedis: z.boolean(),
      config: z
        .record(z.string(), z.unknown())
        .describe("Laid over the nodes' configuration; secrets are left out."),
      alerts: z.boolean(),
    }),
    crowd: z.object({
      rooms: z.number(),
      participants: z.number(),
      publish: z.array(z.enum(['audio', 'video'])),
      joinRate: z.number(),
      recovery: z.enum(['none', 'sdk', 'app']),
    }),
    steady: z.object({ withinMs: ms(), forMs: ms() }),
    faults: z.array(
      z.object({
        fault: z.string(),
        aim,
        atMs: ms(),
        durationMs: z.number().nullable(),
        params: z.unknown(),
      }),
    ),
    recoveryMs: ms(),
    newcomers: z
      .object({ everyMs: ms(), stayMs: ms(), apartMs: z.number().exactOptional() })
      .nullable(),
    objectives,
    thresholds: z.array(z.string()),
    repeats: z.int().min(1),
    abort: z.object({ controlDeaf: z.number(), forMs: ms() }).nullable(),
    blastRadius: z.object({ maxMembers: z.number(), maxShare: z.number() }),
    allowed: z.array(z.string()),
    known: z
      .object({
        server: z.string(),
        fails: z.array(failing),
        sometimes: z.array(failing),
        because: z.string(),
      })
      .nullable()
      .describe('What a version of the server is known to do. Null: it should pass.'),
  })
  .meta({
    id: 'Drill',
    description: 'As it was carried out: everything is filled in, durations are in milliseconds.',
  });

/** Fails to compile when `Drill` and the published schema differ. */
type Fits<Whole extends Part, Part> = Whole;
/** @public checked by the compiler only */
export type CheckedDrill = Fits<Drill, z.input<typeof drillSchema>>;
