/** Result of `swarm capacity`, as its JSON document and its reports have it. */

import { LOG_LEVELS } from '@livekit-swarm/record';
import { EXIT_CODES, schemaUrl } from '@livekit-swarm/settings';
import { z } from 'zod';
import { HOST_RESOURCES, reachedLimit } from '../summary/reached-limits.ts';
import { serverProfile } from '../summary/server-summary.ts';

export const CAPACITY_SCHEMA = 'livekit-swarm/capacity/1';
export const COST_MODEL_SCHEMA = 'livekit-swarm/cost-model/1';

const known = (description: string) =>
  z.number().nullable().describe(`${description} Null: not measured.`);

const planned = z
  .object({
    rooms: z.number(),
    participants: z.number(),
    publishers: z.number(),
    subscribers: z.number(),
    tracksUp: z.number().describe('Published tracks.'),
    tracksDown: z.number().describe('Subscriptions.'),
    packetsUp: z.number().describe('Per second, from participants to the server.'),
    packetsDown: z.number().describe('Per second, from the server to participants.'),
    bitsUp: z.number(),
    bitsDown: z.number(),
  })
  .meta({ id: 'PlannedLoad', description: 'The load of the steady state, as it was planned.' });

const measured = z
  .object({
    joined: z.number(),
    joinTimeP95Ms: known('Join time, 95th percentile, milliseconds.'),
    joinFailures: known('From 0 to 1.'),
    loss: known('Downlink, after recovery, from 0 to 1.'),
    uplinkLoss: known('From 0 to 1.'),
    jitterP95Ms: known('Interarrival jitter, 95th percentile, milliseconds.'),
    latencyP95Ms: known('One-way latency, 95th percentile, milliseconds.'),
    cpuCores: known('CPU cores of all nodes in the steady state.'),
    busiestNodeCores: known('CPU cores of the node that uses most.'),
    memoryBytes: known('Memory of all nodes.'),
    bitsUp: known('Media received by the server, bit/s.'),
    bitsDown: known('Media sent by the server, bit/s.'),
    packetsUp: known('Per second.'),
    packetsDown: known('Per second.'),
    drops: known('Packets that network interfaces of nodes dropped.'),
    nodes: z.number().describe('Nodes that were measured.'),
  })
  .meta({ id: 'MeasuredLoad', description: 'Measurements of participants and nodes at a load.' });

const crossing = z
  .object({
    metric: z.string(),
    expression: z.string().describe('media_latency: p(95)<200'),
    value: z.number().nullable(),
    limit: z.number(),
    resource: z
      .enum(['cpu', 'memory', 'network'])
      .nullable()
      .describe('Of --until; null: a threshold.'),
  })
  .meta({ id: 'Crossing', description: 'A limit that a run crossed.' });

const agents = z
  .object({
    callers: z.number().describe('Callers whose agent joined in time, or was lost.'),
    lost: z.number().describe('Callers without an agent in time.'),
    withoutJob: z.number().describe('Those of them whose job no worker took.'),
    busiestWorkerCores: z
      .number()
      .nullable()
      .exactOptional()
      .describe(
        'Most CPU cores that a worker of --worker-metrics used for 5 s. Null: none could be read. Absent: none was named.',
      ),
    largestWorkerBytes: z
      .number()
      .nullable()
      .exactOptional()
      .describe(
        'Most resident memory of a worker of --worker-metrics, bytes. Null: none could be read. Absent: none was named.',
      ),
  })
  .meta({ id: 'AgentsAtLoad', description: 'Voice agents of a run.' });

const logged = z
  .array(
    z.object({
      level: z.enum(LOG_LEVELS),
      message: z.string(),
      error: z.string().nullable(),
      count: z.number(),
    }),
  )
  .describe(
    'The three most frequent messages that nodes logged during the run, errors first. Absent: none, or no log could be read.',
  );

const step = z
  .object({
    load: z.number(),
    repeat: z.number().describe('Number of the search, from 1.'),
    record: z.string().nullable().describe('Folder of the run.'),
    outcome: z.enum(['held', 'crossed', 'inconclusive', 'interrupted']),
    evidence: z
      .object({
        windows: z.number().describe('Parts of the steady state that were evaluated.'),
        crossed: z.number().describe('Windows in which a limit was crossed.'),
        failedAsAWhole: z.boolean().describe('True if a join failed, or a track was missing.'),
        certain: z.boolean().describe('The server ended.'),
      })
      .nullable()
      .describe('Null: the run has no result on the server.'),
    planned,
    measured,
    agents: agents.exactOptional().describe('Absent: no role talks with a voice agent.'),
    crossings: z.array(crossing),
    rejected: z
      .array(z.object({ reason: z.string(), count: z.number(), message: z.string().nullable() }))
      .describe('Joins that failed, most frequent reason first.'),
    serverEnded: z.boolean(),
    outOfMemory: z
      .boolean()
      .exactOptional()
      .describe('True if the kernel ended the server for lack of memory. Absent: it did not.'),
    hostCores: z
      .number()
      .exactOptional()
      .describe('Cores of the host of the node that uses most CPU. Absent: not measured.'),
    reachedLimits: z
      .array(reachedLimit)
      .exactOptional()
      .describe('What nodes, or their hosts, ran out of. Absent: nothing that was measured.'),
    unmeasured: z
      .array(z.enum(HOST_RESOURCES))
      .exactOptional()
      .describe('Resources of hosts that were not measured. Absent: all were.'),
    sourcesLost: z.array(z.string()).describe('Sources of server metrics that stopped answering.'),
    logged: logged.exactOptional(),
    impairments: z.array(z.string()).describe('Impairments of the load generator.'),
    reasons: z.array(z.string()).describe('Codes of the reasons for the verdict of the run.'),
  })
  .meta({ id: 'CapacityStep', description: 'One run.' });

/** Codes of the first cause of failure. */
export const CAUSES = [
  'server_ended',
  'limit',
  'udp_ports_exhausted',
  'rate_limit',
  'conntrack',
  'allowance',
  'steal',
  'host_cpu',
  'cpu',
  'memory',
  'network',
  'redis',
  'join_failures',
  'worker_jobs',
  'worker_cpu',
  'worker_memory',
  'dispatch',
  'agents',
  'join_time',
  'loss',
  'latency',
  'other',
] as const;

const cause = z
  .object({
    code: z.enum(CAUSES),
    crossing: crossing.nullable().describe('The limit that showed it. Null: none was crossed.'),
    reason: z.string().nullable().describe('Reason of failed joins: server_full, room_full, …'),
    message: z.string().nullable().describe('Message of the server.'),
    cpuShare: known('Share of the cores of the busiest node, from 0 to 1.'),
    workerCpuShare: z
      .number()
      .exactOptional()
      .describe(
        'Share of the cores of the busiest worker of voice agents, from 0 to 1. Absent: not measured, or its cores are not known.',
      ),
    workerMemoryShare: z
      .number()
      .exactOptional()
      .describe(
        'Share of the memory of the largest worker of voice agents, from 0 to 1. Absent: not measured, or its memory is not known.',
      ),
    tracks: z.number().describe('Published tracks at that load, as planned.'),
    bitsDown: known('Media sent by the server at that load, bit/s.'),
    agents: agents.exactOptional().describe('Absent: no role talks with a voice agent.'),
    logged: logged.exactOptional(),
    outOfMemory: z
      .boolean()
      .exactOptional()
      .describe('True if the kernel ended the server for lack of memory. Absent: it did not.'),
    reached: reachedLimit
      .exactOptional()
      .describe('What the node ran out of, where that is the cause, or of the cause the figure.'),
    unmeasured: z
      .array(z.enum(HOST_RESOURCES))
      .exactOptional()
      .describe(
        'Resources of the host that may be the cause and were not measured. Absent: all were, or the cause is one that they do not explain.',
      ),
  })
  .meta({ id: 'Cause', description: 'First bottleneck, at the smallest load that is exceeded.' });

const point = z
  .object({
    load: z.number(),
    state: z.enum(['carried', 'probably-carried', 'open', 'probably-exceeded', 'exceeded']),
    runs: z.number().describe('Runs with a result on the server.'),
    inconclusive: z.number().describe('Runs without one.'),
    planned,
    measured: measured.describe('Medians over the runs.'),
  })
  .meta({ id: 'CapacityPoint', description: 'A load, with all its runs.' });

const interval = z.object({
  load: z.number().describe('The median of the repeats; of a single search, its result.'),
  from: z.number(),
  to: z.number(),
  confidence: z
    .number()
    .nullable()
    .describe(
      'Probability that the interval contains the median of all searches, from 0 to 1. Null: one search, whose limit is below `to`.',
    ),
  repeats: z.array(z.number()),
});

const features = z.object({
  participants: z.number(),
  tracksUp: z.number(),
  tracksDown: z.number(),
  packetsUp: z.number(),
  packetsDown: z.number(),
});

const model = z
  .object({
    schema: z.literal(COST_MODEL_SCHEMA),
    base: z.number().describe('Cores of a node without load.'),
    cores: features.describe(
      'Cores for one more of each: participants, tracks, packets per second.',
    ),
    shapes: z
      .array(
        z.object({
          scenario: z.string(),
          points: z.number(),
          error: z.number().describe('Largest relative error of the model at these points.'),
        }),
      )
      .describe('Measured points that the model was fitted to.'),
    crossError: z
      .number()
      .nullable()
      .describe(
        'Largest relative error at a shape that was left out of the fit, each in turn. Null: one shape only.',
      ),
    serverVersion: z.string().nullable(),
    cpu: z.string().nullable().describe('Processor of the host of an embedded server.'),
  })
  .meta({
    id: 'CostModel',
    $id: schemaUrl('report/schema/cost-model.schema.json'),
    title: 'livekit-swarm cost model',
    description: 'CPU of a node as a linear function of its load.',
  });

export const END = [
  'knee',
  'max',
  'generator',
  'not_measured',
  'undecided',
  'unreachable',
  'interrupted',
  'error',
] as const;

export const capacitySchema = z
  .object({
    schema: z.literal(CAPACITY_SCHEMA),
    end: z
      .enum(END)
      .describe(
        'knee: found; max: the largest load that was asked for is carried; generator, not_measured, undecided: at least `carried` is carried.',
      ),
    exitCode: z.literal(Object.values(EXIT_CODES).map(({ code }) => code)),
    scenario: z.string(),
    unit: z.string().describe('What `load` counts: rooms, participants, or a role.'),
    perUnit: z.object({
      participants: z.number().describe('Participants for one more of the unit.'),
    }),
    startedAt: z.string(),
    target: z.object({
      url: z.string().nullable().describe('Null: an embedded server.'),
      serverVersion: z.string().nullable(),
      server: z
        .string()
        .exactOptional()
        .describe(
          'As --server states it: version or path, configuration, limit. Absent: not given.',
        ),
      nodes: z.number().describe('That were measured; 1 where none was.'),
      nodeCores: known('Cores of a node.'),
    }),
    limits: z
      .array(z.string())
      .describe('Limits of --until and --threshold, in addition to the defaults.'),
    workers: z
      .number()
      .exactOptional()
      .describe('Workers of voice agents, as --workers states it. Absent: not given.'),
    workerCores: z
      .number()
      .exactOptional()
      .describe(
        'Cores of a worker of voice agents, as --worker-cores states it. Absent: not given.',
      ),
    workerBytes: z
      .number()
      .exactOptional()
      .describe(
        'Memory of a worker of voice agents, as --worker-memory states it, bytes. Absent: not given.',
      ),
    carried: z.number().describe('The largest load that was carried; 0: none.'),
    decided: z.boolean().describe('True if the sequential test decided, rather than a single run.'),
    exceeded: z.number().nullable().describe('The smallest load above it that was not carried.'),
    knee: interval.nullable().describe('Null: no limit was found.'),
    participants: z
      .object({ total: z.number(), perNode: z.number() })
      .describe('Figures at the load that is carried.'),
    cause: cause.nullable(),
    profiles: z
      .array(serverProfile)
      .exactOptional()
      .describe(
        'CPU profiles of nodes at the smallest load that is exceeded, from the record of one of its runs. Absent: none was requested, or no limit was crossed for some seconds.',
      ),
    points: z.array(point),
    steps: z.array(step),
    costs: z.object({
      cpuPerRoom: known('Cores.'),
      cpuPerParticipant: known('Cores.'),
      memoryPerRoom: known('Bytes.'),
      memoryPerParticipant: known('Bytes.'),
      bitsDownPerParticipant: known('Bit/s sent by the server.'),
      bitsUpPerParticipant: known('Bit/s received by the server.'),
    }),
    sizing: z
      .array(z.object({ users: z.number(), nodes: z.number() }))
      .describe('Nodes needed, with half as much again in reserve. Empty: no load was carried.'),
    model: model.nullable().describe('Null: too few points with CPU figures.'),
    error: z
      .object({ code: z.string(), message: z.string(), hint: z.string().nullable() })
      .nullable()
      .describe('Error that ended the search early.'),
  })
  .meta({
    $id: schemaUrl('report/schema/capacity.schema.json'),
    title: 'livekit-swarm capacity',
    description:
      'What `swarm capacity --json` prints: the largest load of a scenario that a deployment carries. Fields may be added under the same version.',
  });

export const costModelSchema = model;

export type PlannedLoad = z.infer<typeof planned>;
export type StepMeasures = z.infer<typeof measured>;
export type StepFacts = z.infer<typeof step>;
export type StepOutcome = StepFacts['outcome'];
export type Crossing = z.infer<typeof crossing>;
export type Cause = z.infer<typeof cause>;
export type CauseCode = Cause['code'];
export type CapacityPoint = z.infer<typeof point>;
export type KneeInterval = z.infer<typeof interval>;
export type CostModel = z.infer<typeof model>;
export type Features = z.infer<typeof features>;
export type CapacityEnd = (typeof END)[number];
export type CapacityResult = z.infer<typeof capacitySchema>;

/** JSON Schemas as published: they accept fields that later versions add. */
export const capacityJsonSchema = (): object => z.toJSONSchema(capacitySchema, { io: 'input' });
export const costModelJsonSchema = (): object => z.toJSONSchema(costModelSchema, { io: 'input' });
