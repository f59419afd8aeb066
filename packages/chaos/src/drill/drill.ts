/**
 * A drill with all defaults filled in, as it is executed; part of the published
 * drill-result.schema.json.
 */
import { DRILL_OBJECTIVES, faultTarget } from '@livekit-swarm/record';
import { answersSchema, type MediaPath, PATHS, scenarioSchema } from '@livekit-swarm/scenario';
import { z } from 'zod';

const ms = () => z.number().describe('Milliseconds.');
const limit = () => z.number().nullable().describe('Null: not required.');

export const objectiveCode = z
  .enum(DRILL_OBJECTIVES)
  .meta({ id: 'ObjectiveCode', description: 'An objective that a drill can miss.' });

/** Code of an objective in drill files, results and metrics. */
export type ObjectiveCode = z.infer<typeof objectiveCode>;

/** Conditions on the media that participants of one role send or receive. */
const roleObjectives = z
  .object({
    role: z.string(),
    direction: z
      .enum(['receiving', 'publishing'])
      .describe(
        'receiving: subscriptions of its participants. publishing: their publications, interrupted while no subscriber receives them.',
      ),
    timeToRecoverP50Ms: limit(),
    timeToRecoverP95Ms: limit(),
    timeToRecoverMaxMs: limit(),
    subscriptionsNotRecovered: limit(),
  })
  .meta({ id: 'RoleObjectives' });

export type RoleObjectives = z.infer<typeof roleObjectives>;

/** Conditions on the recovery. Times in ms after the injection. */
const objectives = z.object({
  timeToRecoverP50Ms: limit(),
  timeToRecoverP95Ms: limit(),
  timeToRecoverMaxMs: limit(),
  subscriptionsNotRecovered: limit(),
  roomsWithoutMedia: limit(),
  splitBrain: limit(),
  controlGroupInterruptionMs: limit().describe(
    'The longest interruption in a room that no fault affected. Null: not required.',
  ),
  joinProbesConnected: limit().describe('A share, 0 to 1. Null: not required.'),
  joinProbesWithoutMedia: limit(),
  ghostRooms: limit(),
  disconnected: limit(),
  invariantViolations: limit().default(null),
  rtoMs: limit(),
  rpoMs: limit(),
  stateLost: limit(),
  agentSilenceMaxMs: limit().default(null),
  conversationsLost: limit().default(null),
  roles: z.array(roleObjectives).default([]),
  alertsWithinMs: z
    .record(z.string(), ms())
    .describe(
      'Longest times until alerts fire, after the first fault, by the name of the alert. Empty: not required.',
    ),
});

export type Objectives = z.infer<typeof objectives>;

export const objectiveName = z.keyof(objectives).meta({ id: 'Objective' });

/** Lab that is started for a drill when no other deployment is given. */
const lab = z.object({
  nodes: z.number().describe('In each site.'),
  sites: z.number().default(1).describe('Clusters with a Redis and a load balancer each.'),
  redis: z
    .object({
      sentinel: z.boolean().describe('A primary, a replica and three Sentinels.'),
      persistent: z.boolean().describe('With an append-only file.'),
      tls: z.boolean(),
      valkey: z.boolean().describe('valkey-server in place of redis-server.'),
      username: z.string().nullable().describe('Null: the default user.'),
      database: z.number(),
    })
    .describe('Form of Redis.'),
  spare: z.number().default(0).describe('Further nodes, which do not run at the start.'),
  tls: z
    .boolean()
    .default(false)
    .describe('True if the load balancer terminates TLS, with a certificate of the lab.'),
  dnsTtlMs: z
    .number()
    .nullable()
    .default(null)
    .describe(
      'Lifetime of the name by which clients find the load balancer. Null: they use its address.',
    ),
  agentWorkers: z
    .object({
      count: z.number(),
      agent: z.string().describe('Name of the agent.'),
      answers: answersSchema,
      maxJobs: z.number().describe('Of each worker, at a time.'),
      drainMs: ms(),
    })
    .nullable()
    .default(null)
    .describe('Workers of reference agents. Null: none.'),
  config: z
    .record(z.string(), z.unknown())
    .describe("Merged into the nodes' configuration; secrets are left out."),
  alerts: z.boolean().describe('True if the lab has Prometheus: alerts become part of the report.'),
});

const reconnectPolicy = z.enum(['none', 'sdk', 'app']);

const roomsLoad = z
  .object({
    rooms: z.number(),
    participants: z.number().describe('Per room; each publishes, and subscribes to the others.'),
    publish: z.array(z.enum(['audio', 'video'])),
    joinRate: z.number(),
    reconnectPolicy,
    path: z.enum(PATHS).default('direct').describe('Path of media to a node.'),
  })
  .meta({ id: 'RoomsLoad', description: 'Rooms of equal form.' });

const scenarioLoad = z
  .object({ scenario: scenarioSchema, reconnectPolicy })
  .meta({ id: 'ScenarioLoad', description: 'Any load, as a scenario describes it.' });

const load = z.union([scenarioLoad, roomsLoad]);

/** Load of a drill. Rooms that no fault affects are the control group. */
export type DrillLoad = z.infer<typeof load>;
export type RoomsLoad = z.infer<typeof roomsLoad>;
export type ScenarioLoad = z.infer<typeof scenarioLoad>;

/** Paths on which the participants of a load send and receive media. */
export const pathsOfLoad = (load: DrillLoad): MediaPath[] =>
  'scenario' in load
    ? [...new Set(load.scenario.groups.flatMap(({ roles }) => roles.map(({ path }) => path)))]
    : [load.path];

/** Participants that join during a drill, as a test that new joins succeed and receive media. */
const joinProbes = z.object({
  everyMs: ms(),
  sessionMs: ms(),
  staggerMs: z
    .number()
    .exactOptional()
    .describe(
      'Between the two that meet in a new room. 0: they join at once, for which livekit-server may create two copies of the room. Default: 500.',
    ),
});

const fault = z.object({
  fault: z.string(),
  target: faultTarget,
  atMs: ms().describe('Time after the steady state was reached, ms.'),
  durationMs: z
    .number()
    .nullable()
    .describe(
      'Until the rollback. Null: instantaneous faults roll back at once, others at the end of the drill.',
    ),
  params: z
    .record(z.string(), z.unknown())
    .describe("Parameters, as the fault's own schema read them."),
});

export type { FaultTarget } from '@livekit-swarm/record';

export type DrillFault = z.infer<typeof fault>;

const knownFailures = z.object({
  serverVersion: z.string(),
  always: z.array(objectiveCode).describe('Objectives that are missed in every repeat.'),
  sometimes: z.array(objectiveCode).describe('Objectives that are missed in some repeats.'),
  reason: z.string(),
});

/** Objectives that a version of the server is expected to miss, as the drill lists them. */
export type KnownFailures = z.infer<typeof knownFailures>;

export const drillSchema = z
  .object({
    name: z.string().min(1),
    description: z.string().nullable(),
    tags: z.record(z.string(), z.string()),
    seed: z.number().describe('The same seed gives the same schedule and the same targets.'),
    lab,
    load,
    steadyState: z
      .object({
        withinMs: ms().describe('Time from the last join to the steady state, without `atMs`.'),
        forMs: ms(),
        atMs: ms()
          .nullable()
          .default(null)
          .describe(
            'Time of the steady state after the start of the run. Null: it follows from the joins.',
          ),
      })
      .describe('Required before the first injection.'),
    faults: z.array(fault).describe('Faults in the order of their injection.'),
    requireTraffic: z
      .literal(false)
      .exactOptional()
      .describe(
        'False: a fault of packets that meets none does not end the drill. Absent: it does.',
      ),
    recoveryMs: ms().describe('Observation time after the last rollback, ms.'),
    joinProbes: joinProbes.nullable(),
    continuity: z
      .object({ everyMs: ms(), rooms: z.number() })
      .nullable()
      .default(null)
      .describe('Probes of API and joins, and state that must survive. Null: not measured.'),
    objectives,
    thresholds: z.array(z.string()).describe('Windows: baseline, fault, recovery.'),
    repeats: z.int().min(1),
    abort: z
      .object({
        controlGroupInterrupted: z.number(),
        interrupted: z.number().nullable().describe('Share of all subscribers. Null: not checked.'),
        forMs: ms(),
      })
      .nullable()
      .describe(
        'Ends the drill when more than such a share of the subscribers, in the control group or in all rooms, receives no media for so long. Null: never.',
      ),
    blastRadius: z.object({ maxComponents: z.number(), maxShare: z.number() }),
    allowedTargets: z
      .array(z.string())
      .describe('Deployments outside a lab that it may run against. Empty: any that is confirmed.'),
    knownFailures: knownFailures.nullable().describe('Null: the drill should pass.'),
  })
  .meta({
    id: 'Drill',
    description:
      'A drill as it was executed: everything is filled in, durations are in milliseconds.',
  });

export type Drill = z.infer<typeof drillSchema>;
