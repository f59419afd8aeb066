import {
  isRedisUser,
  MAX_NODES,
  MAX_REDIS_DATABASE,
  PLAIN_REDIS,
  REDIS_WORDS,
  type RedisSetup,
} from '@livekit-swarm/lab';
import { joinRate, PATHS, thresholdsByMetric } from '@livekit-swarm/scenario';
import {
  customIssue,
  duration,
  hinted,
  type JsonSchema,
  name,
  prose,
  seed,
  settingsJsonSchema,
  share,
  strict,
  tags,
  text,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import type { RoomsLoad } from '../drill.ts';
import { type Faults, faultList } from './fault.ts';
import { knownFailures, objectives, thresholds } from './objectives.ts';
import { scenarioFile } from './scenario-file.ts';
import { SITE_NAMES } from './target.ts';

/** Default load of a drill. */
export const ROOMS_LOAD = {
  rooms: 10,
  participants: 4,
  publish: ['audio'],
  joinRate: 20,
} as const satisfies Partial<RoomsLoad>;

const MAX_ROOMS = 10_000;
const MAX_PARTICIPANTS = 100;

const redisForm = z
  .union(
    [
      word(['plain', ...REDIS_WORDS], 'form of Redis').transform(
        (form): RedisSetup => (form === 'plain' ? PLAIN_REDIS : { ...PLAIN_REDIS, [form]: true }),
      ),
      strict({
        sentinel: yesOrNo().optional(),
        persistent: yesOrNo().optional(),
        tls: yesOrNo().optional(),
        valkey: yesOrNo().optional(),
        username: text(32, 'a username')
          .refine(isRedisUser, {
            error: hinted('is not a username', 'write livekit: a letter, then letters and digits'),
          })
          .optional(),
        database: whole(0, MAX_REDIS_DATABASE).optional(),
      }).transform((form): RedisSetup => {
        const { sentinel = false, persistent = false, tls = false, valkey = false } = form;
        const { username = null, database = 0 } = form;
        return { sentinel, persistent, tls, valkey, username, database };
      }),
    ],
    {
      error: hinted('must be a form of Redis', 'write sentinel, or { sentinel: true, tls: true }'),
    },
  )
  .meta({ samples: ['persistent', 'sentinel', { sentinel: true, tls: true }] });

/** Longest times that `swarm agents worker` takes, ms. */
const LONGEST_ANSWER_MS = 60_000;
const LONGEST_DRAIN_MS = 86_400_000;

const agentWorkers = strict({
  count: whole(1, MAX_NODES).default(2).describe('Number of workers.'),
  agent: name('the name of an agent')
    .default('reference')
    .describe('Name with which they register, and which callers dispatch.'),
  after: duration(250, LONGEST_ANSWER_MS)
    .prefault('500ms')
    .describe('Time from the last voice of a caller to the answer.'),
  length: duration(100, LONGEST_ANSWER_MS).prefault('2s').describe('Length of an answer.'),
  maxJobs: whole(1, 1_000).default(50).describe('Jobs of each worker at a time.'),
  drain: duration(0, LONGEST_DRAIN_MS)
    .prefault('60s')
    .describe('At SIGTERM, time in which running jobs may end.'),
});

const lab = strict({
  nodes: whole(1, MAX_NODES).default(3).describe('livekit-servers.'),
  sites: whole(1, SITE_NAMES.length)
    .default(1)
    .describe(
      'Sites: clusters of that number of nodes, each with its own Redis and load balancer. Participants ask a token endpoint, or with dns a name server, which sends them to the first site that is up.',
    ),
  redis: redisForm
    .prefault('plain')
    .describe(
      'Form of Redis. persistent: with an append-only file, so that it keeps its data over a restart; sentinel: a primary, a replica, and three Sentinels that promote it; tls; valkey: valkey-server. Several, a user or a database: { sentinel: true, tls: true, username: livekit, database: 3 }.',
    ),
  spare: whole(0, MAX_NODES)
    .default(0)
    .describe(
      'Further livekit-servers that do not run at the start. The load balancer knows them, and finds them down.',
    ),
  tls: yesOrNo()
    .default(false)
    .describe('wss: the load balancer terminates TLS, with a certificate of the lab.'),
  dns: duration()
    .nullable()
    .default(null)
    .describe(
      'Lifetime (TTL) of the name by which clients find the load balancer; change-dns lets it lead to another address, and the loss of a site to the other of two sites. Default: clients use an address.',
    ),
  agentWorkers: agentWorkers
    .optional()
    .describe(
      'Workers of voice agents without models, whose agents answer callers (roles with conversation) after a known time. Default: none.',
    ),
  config: z
    .record(z.string(), z.unknown(), {
      error: hinted('must be a mapping', 'write { signal_relay: { retry_timeout: 2s } }'),
    })
    .default({})
    .meta({
      description: "Merged into the nodes' configuration, as in LiveKit's own file.",
      samples: [{ signal_relay: { retry_timeout: '2s' } }],
    }),
  alerts: yesOrNo()
    .default(false)
    .describe(
      'Prometheus with the included rules, which also scrapes the drill: alerts become part of the report.',
    ),
});

/** Load in the file. With `scenario`, all keys but `reconnectPolicy` are excluded. */
const load = strict({
  rooms: whole(1, MAX_ROOMS).optional().meta({
    default: ROOMS_LOAD.rooms,
    description: 'Rooms that are alike; those that no fault affects are the control group.',
  }),
  participants: whole(2, MAX_PARTICIPANTS).optional().meta({
    default: ROOMS_LOAD.participants,
    description: 'Per room; each publishes, and subscribes to the others.',
  }),
  publish: z
    .array(word(['audio', 'video'], 'kind of media'), {
      error: hinted('must be a list', 'write [audio] or [audio, video]'),
    })
    .min(1, { error: hinted('is empty: there would be no media', 'write [audio]') })
    .refine((kinds) => new Set(kinds).size === kinds.length, {
      error: hinted('names one kind twice', 'write [audio, video]'),
    })
    .optional()
    .meta({
      default: [...ROOMS_LOAD.publish],
      description: 'Tracks that each of them publishes.',
      samples: [['audio'], ['audio', 'video']],
    }),
  path: word(PATHS, 'path')
    .optional()
    .describe(
      'Path of media to a node. A lab that is started for the drill offers TURN by coturn. Default: turn-udp with a fault whose target is turn, so that it has an effect; else direct.',
    ),
  joinRate: joinRate().optional().describe(`Joins per second. Default: ${ROOMS_LOAD.joinRate}/s.`),
  reconnectPolicy: word(['none', 'sdk', 'app'], 'reconnect policy')
    .default('app')
    .describe(
      'When a connection is lost. none: nothing; sdk: resume, then reconnect, as the SDKs do; app: also rejoin when the SDK gave up.',
    ),
});

const steadyState = strict({
  at: duration(1_000)
    .optional()
    .describe(
      'Time of the first possible injection, after the start of the run: for a scenario whose participants come and go. Default: within after the last scheduled join.',
    ),
  within: duration(1_000)
    .prefault('15s')
    .describe(
      'Longest time from the last scheduled join to the first injection. Without a steady state by then, the drill is void.',
    ),
  for: duration(1_000)
    .prefault('10s')
    .describe(
      'Time before the first injection for which every participant must have been connected, and every subscription must have received media. It is the window baseline.',
    ),
}).superRefine((given, context) => {
  if (given.at !== undefined && given.for >= given.at) {
    const message = 'is not shorter than at: no participant could join before it begins';
    context.addIssue(customIssue(['for'], message, 'make at later, or for shorter'));
  }
  if (given.at !== undefined || given.for < given.within) return;
  context.addIssue(
    customIssue(
      ['for'],
      'is not shorter than within: the last participant could not join before it begins',
      'make within longer, or for shorter',
    ),
  );
});

const joinProbes = strict({
  every: duration(500)
    .prefault('2s')
    .describe(
      'Interval between join probes: alternately one joins a room of the load, and two a new one.',
    ),
  sessionDuration: duration(1_000).prefault('4s').describe('Length of stay of each of them.'),
  stagger: duration()
    .prefault('500ms')
    .describe('Time between the two that join a new room. 0s: both join at once.'),
}).superRefine(({ sessionDuration, stagger }, context) => {
  if (stagger < sessionDuration) return;
  const message = 'is not shorter than sessionDuration: the first would have left';
  context.addIssue(customIssue(['stagger'], message, 'write 500ms'));
});

const continuity = strict({
  every: duration(100)
    .prefault('250ms')
    .describe('Interval between attempts: each creates a room by the API, and joins a room.'),
  rooms: whole(1, 100)
    .default(5)
    .describe('Rooms with metadata and an agent dispatch that are created before the faults.'),
});

const abort = strict({
  controlGroupInterrupted: share()
    .prefault('50%')
    .describe('More than this share of the subscribers in the control group receive no media …'),
  interrupted: share()
    .optional()
    .describe(
      '… or more than this share of all subscribers. For faults in what all rooms share, which leave no control group. Default: not checked.',
    ),
  for: duration(1_000)
    .prefault('10s')
    .describe('… for this long: the drill ends, and every fault is rolled back.'),
});

const blastRadius = strict({
  components: whole(1, MAX_NODES)
    .default(1)
    .describe('Components that are affected at the same time.'),
  share: share()
    .prefault('50%')
    .describe('Share of the nodes that are affected at the same time; one node always may be.'),
});

/** Hint for a key of scenario files that drill files lack; null: another key. */
const elsewhere = (key: string): string | null => {
  if (key === 'name') return 'a drill is named by drill: kill-room-node';
  if (['groups', 'profiles', 'scales'].includes(key))
    return 'it belongs to a scenario file: name that with scenario: FILE';
  return null;
};

/** Schema of a drill file. Each fault defines its own parameters. */
export const drillFile = (faults: Faults) =>
  strict(
    {
      drill: name('the name of a drill').meta({
        description: 'Name of the drill in reports and metrics.',
        samples: ['kill-room-node'],
      }),
      description: prose(2_000, 'a description').optional().describe('Purpose of the drill.'),
      tags: tags(),
      seed: seed().describe('The same seed gives the same schedule and the same choice of nodes.'),
      lab: lab
        .prefault({})
        .describe('Lab that is started for the drill when no other deployment is given.'),
      scenario: scenarioFile('drill')
        .optional()
        .describe(
          'Scenario whose load is drilled, instead of rooms of equal form. Its groups last until the end of the drill; its thresholds and windows are not used.',
        ),
      load: load.prefault({}).describe('Rooms and participants.'),
      steadyState: steadyState.prefault({}).describe('Conditions for the first injection.'),
      faults: faultList(faults).describe(
        'Faults to inject. An empty list measures the load alone.',
      ),
      requireTraffic: yesOrNo()
        .default(true)
        .describe(
          'Whether faults of packets must meet packets. false: one that meets none, as on a node without calls, is recorded, and the drill continues; otherwise it is inconclusive.',
        ),
      recovery: duration(5_000)
        .prefault('30s')
        .describe('Observation time after the last rollback.'),
      joinProbes: joinProbes
        .optional()
        .describe(
          'Participants that join during the drill, to test whether new joins succeed and receive media. Default: none.',
        ),
      continuity: continuity
        .optional()
        .describe(
          'Measures recovery time (RTO) and lost state (RPO): calls the API and joins all the time, writes state before the faults, and reads it at the end. Default: not measured.',
        ),
      objectives: objectives.prefault({}).describe('Conditions on the recovery.'),
      thresholds: thresholds.default([]).meta({
        description:
          'Conditions on metrics, as in scenarios; windows are @baseline, @fault and @recovery.',
        samples: [{ 'media_latency@recovery': ['p(95)<200'] }],
      }),
      repeats: whole(1, 100).default(1).describe('Number of executions: outcomes may vary.'),
      abort: abort
        .optional()
        .describe('Conditions that end the drill early. Default: none. Required outside a lab.'),
      blastRadius: blastRadius
        .prefault({})
        .describe('Limits on what may be affected at the same time.'),
      allowedTargets: z
        .array(text(200, 'the name of a deployment'), {
          error: hinted('must be a list', 'write [staging]'),
        })
        .default([])
        .meta({
          description:
            'Deployments outside a lab that it may run against, in addition to --confirm-target. Default: any.',
          samples: [['staging']],
        }),
      knownFailures: knownFailures
        .optional()
        .describe('Objectives that a version of the server is expected to miss.'),
    },
    elsewhere,
  );

export type DrillFile = z.output<ReturnType<typeof drillFile>>;

/** The JSON Schema (draft 7) of drill files, for editors; `swarm chaos validate` checks more. */
export const drillJsonSchema = (faults: Faults): JsonSchema => {
  const { properties = {}, ...rest } = settingsJsonSchema(
    drillFile(faults),
    'A drill of livekit-swarm',
    'chaos/schema/drill.schema.json',
  );
  const entries = Object.entries(properties).map(([key, value]): [string, JsonSchema] => [
    key,
    key === 'thresholds' ? thresholdsByMetric(value) : value,
  ]);
  return { ...rest, properties: Object.fromEntries(entries) };
};
