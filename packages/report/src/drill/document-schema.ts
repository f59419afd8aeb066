import { DRILL_RESULT_SCHEMA } from '@livekit-swarm/chaos';
import { drillSchema, failing, objective } from '@livekit-swarm/chaos/drill';
import { EXIT_CODES } from '@livekit-swarm/settings';
import { z } from 'zod';

/** Of several drills in one document. */
export const DRILL_RESULTS_SCHEMA = 'livekit-swarm/drill-results/1';

const at = (what: string) => z.number().describe(`${what}, ms after the start of the run.`);
const ms = (what: string) => z.number().nullable().describe(what);
const share = (what: string) =>
  z.number().nullable().describe(`${what}, 0 to 1. Null: not measured.`);

const exitCode = z
  .literal(Object.values(EXIT_CODES).map(({ code }) => code))
  .meta({ id: 'ExitCode' });
const verdict = z.enum(['passed', 'failed', 'inconclusive', 'void', 'interrupted']).meta({
  id: 'Verdict',
  description:
    'void: it was not steady, or a fault could not be injected; inconclusive: the generator suffered. Neither says anything about the server.',
});

const pair = z
  .object({
    room: z.string(),
    listener: z.string(),
    speaker: z.string(),
    kind: z.enum(['audio', 'video']),
    lastBeforeAt: z.number().nullable(),
    firstAfterAt: z.number().nullable(),
    interruptionMs: ms('The longest silence over 500 ms. 0: none; null: it never ended.'),
    recoveredAfterMs: ms(
      'From the injection to the first packet after that silence. 0: no silence; null: never.',
    ),
  })
  .meta({
    id: 'Pair',
    description: 'One who listens, one who speaks, and when media came back between them.',
  });

const strip = z
  .object({
    fromAt: z.number(),
    toAt: z.number(),
    signal: z.enum(['up', 'lost', 'out']),
    hears: z.enum(['all', 'some', 'none']),
  })
  .meta({ id: 'Strip', description: 'A stretch of a stay in which nothing changed.' });

const participant = z
  .object({
    identity: z.string(),
    room: z.string(),
    control: z.boolean().describe('No fault hit its room.'),
    signalLostAt: z.number().nullable(),
    signalBackMs: z.number().nullable(),
    way: z.enum(['none-needed', 'resume', 'reconnect', 'rejoin', 'never']),
    claims: z.number().describe('How often it was told that it is back.'),
    disconnected: z.boolean(),
    recoveredAfterMs: ms('Worst of its pairs as a listener. Null: never.'),
    strip: z.array(strip),
  })
  .meta({ id: 'Participant' });

const room = z
  .object({
    room: z.string(),
    control: z.boolean(),
    nodesBefore: z.array(z.string()),
    nodesAfter: z.array(z.string()),
    lost: z.boolean(),
    islands: z
      .array(z.array(z.string()))
      .describe('Circles of people who hear each other at the end, and nobody else.'),
    splitBrain: z.boolean(),
    registryAgrees: z.boolean().nullable(),
  })
  .meta({ id: 'Room' });

const newcomer = z
  .object({
    identity: z.string(),
    room: z.string(),
    newRoom: z.boolean(),
    window: z.enum(['baseline', 'fault', 'recovery']),
    atMs: at('When it was due'),
    joinMs: z.number().nullable(),
    failure: z.string().nullable(),
    sees: z.number(),
    present: z.number(),
    hears: z.number(),
    speaking: z.number(),
  })
  .meta({ id: 'Newcomer' });

const recovery = z
  .object({
    faults: z.array(
      z.object({
        id: z.string(),
        fault: z.string(),
        target: z.string(),
        members: z.array(z.string()),
        at: at('Just before it was injected'),
        healedAt: z.number().nullable(),
      }),
    ),
    skipped: z.array(z.object({ fault: z.string(), message: z.string() })),
    pairs: z.array(pair),
    participants: z.array(participant),
    rooms: z.array(room),
    newcomers: z.array(newcomer),
    rto: z
      .object({ p50: z.number(), p95: z.number(), max: z.number() })
      .nullable()
      .describe(
        'Recovery time over the pairs that came back, ms. Null: nobody fell silent, or nobody came back.',
      ),
    pairsHit: z.number(),
    neverRecovered: z.number(),
    roomsLost: z.number(),
    roomsSplit: z.number(),
    controlGapMs: ms('Longest silence in a control room. Null: it never ended.'),
    ghosts: z
      .array(z.string())
      .nullable()
      .describe(
        'Rooms that are listed at the end and that nobody serves. Null: not known, as Redis was not looked at, or did not answer.',
      ),
    backends: z.array(z.object({ at: z.number(), healthy: z.number(), total: z.number() })),
    comebacks: z.array(
      z.object({
        at: z.number(),
        member: z.string(),
        successor: z.string(),
        terminatedMs: z.number().nullable(),
        scheduledMs: z.number().nullable(),
        runningMs: z.number().nullable(),
        readyMs: z.number(),
      }),
    ),
    alerts: z.array(
      z.object({ at: z.number(), name: z.string(), state: z.enum(['firing', 'resolved']) }),
    ),
  })
  .meta({ id: 'Recovery' });

const window = z
  .object({
    name: z.string(),
    fromMs: z.number(),
    toMs: z.number(),
    joined: z.number(),
    joinFailures: z.number(),
    joinP95Ms: z.number().nullable(),
    packetsPerSecond: z.number().nullable(),
    loss: share('What never came'),
    jitterP95Ms: z.number().nullable(),
    latencyP95Ms: z.number().nullable(),
    nacksPerSecond: z.number().nullable(),
  })
  .meta({ id: 'WindowFigures' });

const repeat = z
  .object({
    number: z.number(),
    verdict,
    reasons: z.array(z.string()),
    failing: z.array(failing),
    findings: z.array(
      z.object({ objective, failing, ok: z.boolean(), asked: z.string(), found: z.string() }),
    ),
    thresholds: z.array(
      z.object({
        metric: z.string(),
        expression: z.string(),
        window: z.string().nullable(),
        value: z.number().nullable(),
        ok: z.boolean().nullable(),
      }),
    ),
    recovery,
    windows: z.array(window),
    seconds: z.array(
      z.object({
        at: z.number(),
        packets: z.number(),
        loss: share('Of what was to come in that second'),
      }),
    ),
    record: z.string().describe('The file with everything that this was derived from.'),
    startedAtMs: z.number().describe('Unix time: the zero of every at.'),
    tookMs: z.number(),
  })
  .meta({ id: 'Repeat' });

const spread = z
  .object({ min: z.number(), median: z.number(), max: z.number() })
  .nullable()
  .meta({ id: 'Spread', description: 'Over the repeats, ms. Null: nothing came back in any.' });

export const documentSchema = z
  .object({
    schema: z.literal(DRILL_RESULT_SCHEMA),
    verdict,
    exitCode,
    knowledge: z
      .enum(['none', 'as-known', 'better', 'otherwise'])
      .describe(
        'Beside what the server is known to do. as-known: it failed in those ways only, which exits with 0.',
      ),
    target: z.string().describe('Where it was done.'),
    serverVersion: z.string().nullable(),
    startedAt: z.string(),
    drill: drillSchema,
    spread: z.object({ rtoP50: spread, rtoMax: spread }),
    outcomes: z
      .array(z.object({ outcome: z.string(), times: z.number() }))
      .describe('The commonest first.'),
    repeats: z.array(repeat),
  })
  .meta({ id: 'DrillResult' });

/** A drill that could not be carried out has the same envelope. */
export const noDrillSchema = z
  .object({
    schema: z.literal(DRILL_RESULT_SCHEMA),
    verdict: z.enum(['void', 'interrupted']),
    exitCode,
    drill: z.object({ name: z.string() }),
    error: z.object({ reason: z.string(), message: z.string(), hint: z.string().nullable() }),
  })
  .meta({ id: 'NoDrill' });

/** Whatever `--report json` of drills may write. */
export const outputSchema = z.union([
  documentSchema,
  noDrillSchema,
  z.object({
    schema: z.literal(DRILL_RESULTS_SCHEMA),
    drills: z.array(z.union([documentSchema, noDrillSchema])),
  }),
]);

export type DrillDocument = z.input<typeof documentSchema>;
export type NoDrillDocument = z.input<typeof noDrillSchema>;

/** The JSON Schema that is published: it takes fields that later versions add. */
export const drillResultJsonSchema = (): object => z.toJSONSchema(outputSchema, { io: 'input' });

/** The same without room for anything that is not described, for tests of this version. */
export const strictDrillResultJsonSchema = (): object =>
  z.toJSONSchema(outputSchema, { io: 'output' });
