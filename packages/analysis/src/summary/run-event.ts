import {
  AGENT_JOB_STATES,
  COORDINATOR_SHARD,
  crossingSchema,
  type EventLine,
} from '@livekit-swarm/record';
import { z } from 'zod';
import { fact, type PLAIN } from '../fact.ts';
import { reachedLimitShape } from './reached-limits.ts';

const count = z.number();
const at = z.number().describe('Milliseconds after the start of the run.');
const crossing = crossingSchema.nullable();
const detail = z.string().nullable();
const agent = z.string().describe('Name of the agent; empty: agents without a name.');
const callers = z.number().describe('Callers that found it.');
const room = z.string().describe('Room of the first of them.');

/** Findings of callers about the agents of their rooms, and about what they are to say. */
const AGENT_FINDINGS = [
  'agent_never_published',
  'agent_never_silent',
  'agent_greets',
  'agent_echoes',
  'several_agents',
  'agent_transfer_lost',
  'caller_silent',
  'utterance_rejected',
] as const;
export type AgentFinding = (typeof AGENT_FINDINGS)[number];

const stepMs = z.number().describe('Negative: backwards.');

/**
 * Events of the run itself, rather than of one participant. `detail`: text of another program, or
 * null.
 */
const runEvents = <Added extends z.core.$ZodShape>(added: Added) =>
  [
    fact('process_died', { at, shard: z.number().nullable(), detail }, added),
    fact(
      'process_paused',
      { at, shard: z.number().describe('-1: the coordinator.'), durationMs: z.number() },
      added,
    ),
    fact('host_suspended', { at, durationMs: z.number() }, added),
    fact('clock_stepped', { at, stepMs }, added),
    fact('shared_clock_stepped', { at, host: z.string(), stepMs }, added).describe(
      'The clock of a host and the one that hosts share moved apart at once.',
    ),
    fact(
      'server_died',
      {
        at,
        detail,
        reason: z
          .string()
          .nullable()
          .describe('crashed, or out_of_memory: the kernel ended it. Null: not known.'),
      },
      added,
    ),
    fact('interrupted', { at }, added),
    fact('threshold_crossed', { at, crossing }, added),
    fact(
      'threshold_doubted',
      { at, crossing, findings: z.array(z.string()).describe('Codes of health findings.') },
      added,
    ).describe('A threshold was crossed with these health findings: the run continued.'),
    fact('warning', { at, reason: z.string().nullable(), detail }, added).describe(
      'The reason is the code of the warning.',
    ),
  ] as const;

/**
 * Notes that a reader of a report needs about the run or its record.
 * @param added fields that a document adds to the values of each note
 */
export const runNotes = <Added extends z.core.$ZodShape>(added: Added) =>
  z.discriminatedUnion('code', [
    ...runEvents(added),
    fact('record_truncated', {}, added),
    fact('last_line_truncated', { line: count }, added),
    fact('unknown_lines', { count }, added).describe('Lines that this version does not know.'),
    fact('loss_tolerated', { lost: count, planned: count, tolerated: count }, added).describe(
      'Participants that were lost with their process or host, and count nowhere.',
    ),
    fact('agent_lost', { agent, state: z.enum(AGENT_JOB_STATES), callers, room }, added).describe(
      'Callers whose voice agent did not join in time, by the last state of its job.',
    ),
    fact(
      'agent_finding',
      { finding: z.enum(AGENT_FINDINGS), agent, callers, room },
      added,
    ).describe('Behaviour of voice agents, or a file of callers, that spoils a conversation.'),
    fact('publish_rejected', { rejected: count, total: count }, added),
    fact(
      'host_busy',
      {
        otherCores: z.number().describe('Cores that other programs used.'),
        cores: z.number().describe('Cores of the host.'),
        programs: z
          .array(z.string())
          .describe('Names of those that used most; empty where they cannot be seen.'),
      },
      added,
    ).describe('Other programs used the cores of this host for most of the run.'),
    fact('node_at_limit', reachedLimitShape, added).describe(
      'A node, or its host, ran out of something during the run.',
    ),
    fact(
      'data_queued',
      {
        group: z.string(),
        role: z.string(),
        messages: count.describe('Messages sent while some waited.'),
        refused: count.describe('Messages dropped because the buffer of the sender was full.'),
        waitMs: z.number().describe('Mean wait of the messages of a second, the longest of all.'),
      },
      added,
    ).describe('Data messages that were sent faster than a connection of their sender took them.'),
    fact('drill_record', {}, added).describe(
      'The record of a drill: faults were injected on purpose.',
    ),
    fact(
      'metrics_not_pushed',
      {
        output: z.string(),
        url: z.string(),
        delivered: count,
        rejected: count.describe('Pushes that the receiver refused.'),
        lost: count.describe('Pushes that it could not be sent, also later.'),
        detail,
      },
      added,
    ).describe(
      'A receiver of live metrics did not take all pushes. The record does not have it: it is known once the run is over.',
    ),
    fact(
      'spans_not_pushed',
      {
        output: z.string(),
        url: z.string(),
        delivered: count,
        rejected: count.describe('Spans that the receiver refused.'),
        lost: count.describe('Spans that were dropped: it was down, or too slow.'),
        detail,
      },
      added,
    ).describe(
      'A receiver of traces did not take all spans. The record does not have it: it is known once the run is over.',
    ),
  ]);

export type RunNote = z.infer<ReturnType<typeof runNotes<typeof PLAIN>>>;
export type RunEvent = z.infer<ReturnType<typeof runEvents<typeof PLAIN>>[number]>;

/** Event of the run in a line; null: an event of a participant, or one that needs no mention. */
export const runEventOf = (line: EventLine): RunEvent | null => {
  const { at, identity, shard = null, reason = null, message, crossing = null } = line;
  const detail = message ?? reason;
  switch (line.event) {
    case 'process_died':
      return { code: 'process_died', at, shard, detail };
    case 'process_paused':
      return {
        code: 'process_paused',
        at,
        shard: shard ?? COORDINATOR_SHARD,
        durationMs: line.durationMs ?? 0,
      };
    // Each process reports the event: one note is enough.
    case 'host_suspended':
      return shard === COORDINATOR_SHARD
        ? { code: 'host_suspended', at, durationMs: line.durationMs ?? 0 }
        : null;
    case 'clock_stepped':
      return shard === COORDINATOR_SHARD
        ? { code: 'clock_stepped', at, stepMs: line.stepMs ?? 0 }
        : null;
    case 'server_died':
      return { code: 'server_died', at, detail, reason };
    case 'interrupted':
      return { code: 'interrupted', at };
    case 'threshold_crossed':
      return { code: 'threshold_crossed', at, crossing };
    case 'warning':
      if (identity !== undefined) return null;
      return reason === 'threshold_doubted'
        ? { code: 'threshold_doubted', at, crossing, findings: line.findings ?? [] }
        : { code: 'warning', at, reason, detail: message ?? null };
    default:
      return null;
  }
};
