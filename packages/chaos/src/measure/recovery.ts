/** Measurements of one repeat of a drill; part of the published drill-result.schema.json. */
import {
  CONTINUITY_PROBES,
  faultTarget,
  KEY_ANSWERS,
  KEY_NAMES,
  STATE_KINDS,
  WEBHOOK_SIGNERS,
} from '@livekit-swarm/record';
import { z } from 'zod';
import { violationSchema } from '../invariants/invariant.ts';

const at = (what: string) => z.number().describe(`${what}, ms after the start of the run.`);
const ms = (what: string) => z.number().nullable().describe(what);

const subscription = z
  .object({
    room: z.string(),
    subscriber: z.string(),
    publisher: z.string(),
    kind: z.enum(['audio', 'video']),
    source: z.literal('screen').exactOptional().describe('Present for a shared screen.'),
    lastPacketAt: ms('Last packet before the longest interruption. Null: no interruption.'),
    firstPacketAt: ms('First packet after it. Null: none, or no interruption.'),
    interruptionMs: ms(
      'The longest interruption over 500 ms that started or lasted after the fault. 0: none; null: it never ended.',
    ),
    timeToRecoverMs: ms(
      'Time from the injection to the first packet after the interruption. 0: no interruption; null: not recovered.',
    ),
    interruptions: z
      .array(z.object({ fromAt: at('Last packet before it'), toAt: ms('First packet after it.') }))
      .exactOptional()
      .describe('Present if there were several: all of them, in order.'),
  })
  .meta({ id: 'Subscription', description: 'The media of one publisher at one subscriber.' });

export type SubscriptionRecovery = z.infer<typeof subscription>;

const interval = z
  .object({
    fromAt: z.number(),
    toAt: z.number(),
    signal: z
      .enum(['connected', 'reconnecting', 'disconnected'])
      .describe('State of the signal connection.'),
    receiving: z
      .enum(['all', 'some', 'none'])
      .describe(
        'Expected media that is received: it can flow while the signal connection is lost, and stop while it is connected.',
      ),
  })
  .meta({ id: 'StateInterval', description: 'A part of a session in which nothing changed.' });

export type StateInterval = z.infer<typeof interval>;

const participant = z
  .object({
    identity: z.string(),
    room: z.string(),
    controlGroup: z.boolean().describe('No fault affected its room.'),
    signalLostAt: z.number().nullable(),
    signalRecoveryMs: ms('Time from the loss of the signal connection until it was recovered.'),
    recoveredBy: z
      .enum(['not_needed', 'resume', 'reconnect', 'rejoin', 'not_recovered'])
      .describe(
        'not_needed: the connection was not lost; rejoin: a new session, created by the application.',
      ),
    reportedReconnects: z
      .number()
      .describe('Recoveries the client reported, whether media recovered or not.'),
    disconnected: z.boolean(),
    timeToRecoverMs: ms('The longest of its subscriptions. Null: one did not recover.'),
    intervals: z.array(interval).describe('Intervals of its session, without gaps.'),
  })
  .meta({ id: 'Participant' });

export type ParticipantRecovery = z.infer<typeof participant>;
export type RecoveryMethod = ParticipantRecovery['recoveredBy'];

const room = z
  .object({
    room: z.string(),
    controlGroup: z.boolean(),
    nodesBefore: z
      .array(z.string())
      .describe('Nodes that the server reported to the participants.'),
    nodesAfter: z.array(z.string()).describe('Nodes that the server reported at the end.'),
    withoutMedia: z.boolean().describe('True if no participant received media at the end.'),
    partitions: z
      .array(z.array(z.string()))
      .describe(
        'Groups of participants that received media of each other and of no other, at the end.',
      ),
    splitBrain: z.boolean().describe('More than one partition, and media in at least one.'),
    registryConsistent: z
      .boolean()
      .nullable()
      .describe('Redis named the node of its participants at the end. Null: not known.'),
  })
  .meta({ id: 'Room' });

export type RoomRecovery = z.infer<typeof room>;

const joinProbe = z
  .object({
    identity: z.string(),
    room: z.string(),
    newRoom: z.boolean().describe('A room of its own, or a room of the load.'),
    window: z.enum(['baseline', 'fault', 'recovery']),
    scheduledAtMs: at('Scheduled join'),
    joinTimeMs: z.number().nullable(),
    failure: z.string().nullable(),
    remoteParticipants: z.number().describe('Participants that the server reported to it.'),
    expectedParticipants: z
      .number()
      .describe('Participants of the load that were connected during its whole session.'),
    receivingFrom: z.number().describe('Participants whose media it received.'),
    publishing: z.number().describe('Participants whose media it should have received.'),
  })
  .meta({ id: 'JoinProbe' });

export type JoinProbeResult = z.infer<typeof joinProbe>;

const fault = z.object({
  id: z.string(),
  fault: z.string(),
  target: faultTarget,
  params: z.record(z.string(), z.unknown()),
  components: z.array(z.string()),
  injectedAt: at('Just before the injection'),
  rolledBackAt: ms('Null: not in the record.'),
});

const replacement = z.object({
  at: at('When the replacement was ready'),
  component: z.string(),
  replacement: z.string(),
  terminatedMs: z.number().nullable(),
  scheduledMs: z.number().nullable(),
  runningMs: z.number().nullable(),
  readyMs: z.number(),
});

const timeToRecover = (over: string) =>
  z
    .object({ p50: ms('Half of them.'), p95: ms('95 % of them.'), max: ms('All of them.') })
    .nullable()
    .describe(
      `${over}, ms; one that did not recover counts as the slowest. Null: no interruption, or no recovery; of a quantile: that share did not recover.`,
    );

const roleRecovery = z
  .object({
    role: z.string(),
    direction: z.enum(['receiving', 'publishing']),
    count: z.number().describe('Subscriptions of its participants, or their publications.'),
    interrupted: z.number(),
    notRecovered: z.number(),
    timeToRecover: timeToRecover('Over the interrupted ones'),
  })
  .meta({
    id: 'RoleRecovery',
    description:
      'Recovery of the media that participants of one role receive or publish. A publication is interrupted while no subscriber receives it.',
  });

export type RoleRecovery = z.infer<typeof roleRecovery>;

const probeContinuity = z.object({
  probe: z.enum(CONTINUITY_PROBES),
  attempts: z.number(),
  failed: z.number(),
  firstFailureMs: ms('First failed attempt, ms after the last fault before it. Null: none failed.'),
  worksAgainMs: ms(
    'First success after the last failure, ms after the same fault. 0: none failed; null: it did not work again.',
  ),
  failure: z.string().nullable().describe('The most frequent reason of a failure.'),
});

export type ProbeContinuity = z.infer<typeof probeContinuity>;

const stateContinuity = z.object({
  kind: z.enum(STATE_KINDS),
  written: z.number().describe('Confirmed before or during the faults.'),
  lost: z.number(),
  changed: z.number().describe('There with other contents.'),
  returned: z.number().describe('Deleted before, and there again.'),
  failure: z.string().nullable().describe('Reason for which it was not written or not read.'),
});

export type StateContinuity = z.infer<typeof stateContinuity>;

const continuity = z
  .object({
    probes: z.array(probeContinuity),
    state: z.array(stateContinuity),
    rtoMs: ms(
      'Time from the fault until API and joins worked again. Null: they did not, or were not probed.',
    ),
    rpoMs: ms(
      'Age of the oldest lost mark at the beginning of the outage. 0: no mark was lost; null: not read.',
    ),
  })
  .meta({ id: 'Continuity', description: 'Recovery time (RTO) and lost state (RPO).' });

export type Continuity = z.infer<typeof continuity>;

const nameMove = z
  .object({
    at: at('Change'),
    to: z.string().describe('Address to which the name leads from then on.'),
    ttlMs: z.number().describe('Lifetime of an answer of the name server.'),
    oldConnections: z.number().describe('Connections that arrived at the address before, later.'),
    oldLastMs: ms('The last of them, ms after the change. Null: none.'),
    newConnections: z.number(),
    newFirstMs: ms('First connection at the new address, ms after the change. Null: none.'),
  })
  .meta({ id: 'NameMove', description: 'Change of DNS, and the connections after it.' });

const keyRotation = z
  .object({
    answers: z
      .array(
        z.object({
          at: at('First observation'),
          node: z.string(),
          key: z.enum(KEY_NAMES),
          api: z.enum(KEY_ANSWERS),
          join: z.enum(KEY_ANSWERS),
        }),
      )
      .describe('Changes of the answers of a node to API calls and new joins with a key.'),
    webhooks: z
      .array(
        z.object({
          signer: z.enum(WEBHOOK_SIGNERS),
          count: z.number(),
          firstAt: at('First of them'),
          lastAt: at('Last of them'),
        }),
      )
      .describe('Webhooks that arrived, by the key that signed them.'),
    joinProbesRefused: z.number().describe('Join probes whose token was not accepted.'),
    participantsRefused: z
      .array(z.object({ identity: z.string(), at: at('First refusal') }))
      .describe('Participants of the load whose token was not accepted when they reconnected.'),
  })
  .meta({ id: 'KeyRotation', description: 'Answers to the API keys of a rotation.' });

const conversation = z
  .object({
    room: z.string(),
    caller: z.string(),
    controlGroup: z.boolean().describe('No fault affected its room.'),
    agents: z
      .array(
        z.object({
          agent: z.string().describe('Identity.'),
          joinedAt: at('Join, as the caller learnt it'),
          audioFromAt: ms('First packet of its audio. Null: none.'),
          audioToAt: ms('Last packet of it, or end of the conversation. Null: none.'),
          leftAt: ms(
            'The server reported to the caller that it left. Null: not during the conversation.',
          ),
        }),
      )
      .describe('Agents of the room, in the order of their joins.'),
    silenceMs: ms(
      'Longest time over a second without audio of any agent, after the first fault. 0: none; null: it did not end, or no agent was heard at all.',
    ),
    takenOverBy: z
      .string()
      .nullable()
      .describe('Agent that ended the silence. Null: none, or the agent from before.'),
    deadAgentMs: ms(
      'Time for which an agent without audio stayed in the room. Null: none did, or it was still there at the end.',
    ),
    dispatchedAgain: z.number().describe('Dispatches that the application made again.'),
    isLost: z.boolean().describe('No agent was heard at the end.'),
  })
  .meta({ id: 'ConversationRecovery', description: 'A conversation with voice agents.' });

export type Conversation = z.infer<typeof conversation>;

export const recoverySchema = z
  .object({
    faults: z.array(fault),
    skipped: z.array(z.object({ fault: z.string(), detail: z.string() })),
    subscriptions: z.array(subscription),
    participants: z.array(participant),
    rooms: z.array(room),
    joinProbes: z.array(joinProbe),
    continuity: continuity
      .nullable()
      .default(null)
      .describe('Null: the drill does not measure it.'),
    nameMoves: z
      .array(nameMove)
      .default([])
      .describe('Changes of the address of the name by which clients find the deployment.'),
    keyRotation: keyRotation
      .nullable()
      .default(null)
      .describe('Null: the drill changes no API keys.'),
    conversations: z
      .array(conversation)
      .default([])
      .describe('Conversations of callers with voice agents.'),
    timeToRecover: timeToRecover('Over the interrupted subscriptions'),
    roles: z.array(roleRecovery).default([]),
    subscriptionsInterrupted: z.number(),
    subscriptionsNotRecovered: z.number(),
    roomsWithoutMedia: z.number(),
    roomsSplit: z.number(),
    controlGroupInterruptionMs: ms(
      'The longest interruption in a room that no fault affected. Null: it never ended.',
    ),
    ghostRooms: z
      .array(z.string())
      .nullable()
      .describe(
        'Rooms listed at the end that no node serves. Null: Redis was not observed or did not answer.',
      ),
    backends: z.array(
      z.object({
        at: z.number(),
        healthy: z.number(),
        total: z.number(),
        unhealthy: z.array(z.string()).exactOptional(),
      }),
    ),
    replacements: z
      .array(replacement)
      .describe(
        'Components that the platform replaced; ms after their termination was requested. Null: not observed.',
      ),
    alerts: z.array(
      z.object({ at: z.number(), name: z.string(), state: z.enum(['firing', 'resolved']) }),
    ),
    violations: z
      .array(violationSchema)
      .default([])
      .describe('Invariants that did not hold, each time and place.'),
  })
  .meta({ id: 'Recovery' });

export type Recovery = z.infer<typeof recoverySchema>;
