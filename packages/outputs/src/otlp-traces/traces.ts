import { wasJoinCutShort } from '@livekit-swarm/analysis';
import { PUSH_LABEL } from '@livekit-swarm/catalogue';
import type { EventLine, ParticipantLine, RecordLine } from '@livekit-swarm/record';
import type { RunIdentity } from '../encoder.ts';
import { type Attempts, addAttempt, countOf, noAttempts } from './attempts.ts';
import { firstMediaOf, type Join, stepsOf } from './join-trace.ts';
import { type Kept, keptBecause, type Sampling } from './sampling.ts';
import { newTrace, type Span, type SpanAttributes, type SpanContext } from './span.ts';

/** A participant, as far as its next span depends on it. */
interface Participant {
  /** Failed attempts of the join that is under way. */
  attempts: Attempts;
  /** True once the join succeeded or failed for good. */
  hasEnded: boolean;
  /** Join that is sent, until its first media; null: none that waits for it. */
  join: Join | null;
  /** Time of media that arrived before own tracks were acknowledged, Unix ms; null: none. */
  earlyMediaAt: number | null;
  /** Root of the join, if it was sent. */
  root: SpanContext | null;
  /** Time of the loss of the connection, Unix ms; null: connected. */
  lostAt: number | null;
  rejoins: Attempts;
}

/**
 * Makes a function that returns the spans that became complete with a line of the record: of each
 * join that is sampled one trace, of each recovery of a connection another one.
 */
export const createTraces = (
  { testid, startedAtMs }: RunIdentity,
  sampling: Sampling,
): ((line: RecordLine) => Span[]) => {
  const participants = new Map<string, Participant>();
  let deployment: SpanAttributes = {};
  /** End of the plan, ms after the start. */
  let endAtMs = Number.POSITIVE_INFINITY;

  const participantOf = (identity: string): Participant => {
    const known = participants.get(identity) ?? {
      attempts: noAttempts(),
      hasEnded: false,
      join: null,
      earlyMediaAt: null,
      root: null,
      lostAt: null,
      rejoins: noAttempts(),
    };
    participants.set(identity, known);
    return known;
  };

  const attributesOf = (
    line: EventLine | ParticipantLine,
    { node, region, serverVersion, backend }: Partial<EventLine> = {},
  ): SpanAttributes => ({
    ...deployment,
    [PUSH_LABEL]: testid,
    ...(line.room !== undefined && { 'livekit.room.name': line.room }),
    ...(line.identity !== undefined && { 'livekit.participant.identity': line.identity }),
    ...(node !== undefined && { 'livekit.node.id': node }),
    ...(region !== undefined && { 'livekit.region': region }),
    ...(serverVersion !== undefined && { 'livekit.server.version': serverVersion }),
    ...(backend !== undefined && { 'livekit_swarm.backend': backend }),
    ...(line.group !== undefined && { 'livekit_swarm.group': line.group }),
    ...(line.role !== undefined && { 'livekit_swarm.role': line.role }),
  });

  const rootOf = (
    name: string,
    context: SpanContext,
    times: { startMs: number; endMs: number },
    { tried, ...details }: Pick<Span, 'attributes' | 'failure' | 'follows'> & { tried: Attempts },
  ): Span => ({
    name,
    context,
    parentId: null,
    isRequest: true,
    ...times,
    ...details,
    events: tried.last,
    droppedEvents: tried.dropped,
    attributes: {
      ...details.attributes,
      ...(details.failure !== null && { 'error.type': details.failure.reason }),
    },
  });

  const joinSpan = (
    participant: Participant,
    context: SpanContext,
    times: { startMs: number; endMs: number },
    { attempts, failure, hasJoined, ...more }: Ended,
  ): Span | null => {
    const joinTimeMs = hasJoined ? times.endMs - times.startMs : null;
    const hasFailed = failure !== null;
    const { traceId } = context;
    const kept = keptBecause({ traceId, hasFailed, attempts, joinTimeMs }, sampling);
    const tried = participant.attempts;
    participant.attempts = noAttempts();
    if (kept === null) return null;
    participant.root = context;
    return rootOf('join', context, times, {
      failure,
      tried,
      follows: null,
      attributes: { ...more.attributes, ...joinAttributes(attempts, kept) },
    });
  };

  const joined = (line: EventLine, participant: Participant): Span[] => {
    const { phases, attempt = 1 } = line;
    participant.hasEnded = true;
    if (phases === undefined) return [];
    const context = newTrace();
    const endMs = startedAtMs + line.at;
    const fromMs = endMs - phases.joined;
    const root = joinSpan(
      participant,
      context,
      { startMs: fromMs, endMs },
      { attempts: attempt, failure: null, hasJoined: true, attributes: attributesOf(line, line) },
    );
    if (root === null) return [];
    const join = { context, fromMs, phases, line };
    const { earlyMediaAt } = participant;
    if (earlyMediaAt === null) participant.join = join;
    return [
      root,
      ...stepsOf(join),
      ...(earlyMediaAt === null ? [] : [firstMediaOf(join, earlyMediaAt)]),
    ];
  };

  const notJoined = (
    line: EventLine | ParticipantLine,
    participant: Participant,
    startMs: number,
    failure: Span['failure'],
    attributes: SpanAttributes = {},
  ): Span[] => {
    participant.hasEnded = true;
    const root = joinSpan(
      participant,
      newTrace(),
      { startMs, endMs: startedAtMs + line.at },
      {
        attempts: countOf(participant.attempts) + 1,
        failure,
        hasJoined: false,
        attributes: { ...attributesOf(line), ...attributes },
      },
    );
    return root === null ? [] : [root];
  };

  const recovery = (
    name: string,
    line: EventLine,
    participant: Participant,
    lostAt: number,
    failure: Span['failure'],
  ): Span[] => {
    const tried = participant.rejoins;
    participant.rejoins = noAttempts();
    participant.lostAt = null;
    const attempts = line.attempt === undefined ? {} : { 'livekit_swarm.attempts': line.attempt };
    return [
      rootOf(
        name,
        newTrace(),
        { startMs: lostAt, endMs: startedAtMs + line.at },
        {
          failure,
          tried,
          follows: participant.root,
          attributes: { ...attributesOf(line, line), ...attempts },
        },
      ),
    ];
  };

  const onEvent = (line: EventLine): Span[] => {
    const { identity } = line;
    if (identity === undefined) return [];
    const atMs = startedAtMs + line.at;
    switch (line.event) {
      case 'join_retry':
        addAttempt(participantOf(identity).attempts, atMs, line);
        return [];
      case 'joined':
        return joined(line, participantOf(identity));
      case 'join_failed':
        return notJoined(
          line,
          participantOf(identity),
          atMs - (line.durationMs ?? 0),
          failureOf(line),
        );
      case 'first_media': {
        const participant = participantOf(identity);
        const { join, hasEnded } = participant;
        if (!hasEnded) participant.earlyMediaAt = atMs;
        participant.join = null;
        return join === null ? [] : [firstMediaOf(join, atMs)];
      }
      case 'signal_lost':
        // An engine may report a loss more than once; the first one is its begin.
        participantOf(identity).lostAt ??= atMs;
        return [];
      case 'resumed':
      case 'reconnected':
      case 'rejoined': {
        const lostAt = atMs - (line.durationMs ?? 0);
        return recovery(RECOVERIES[line.event], line, participantOf(identity), lostAt, null);
      }
      case 'rejoin_retry':
        addAttempt(participantOf(identity).rejoins, atMs, line);
        return [];
      case 'disconnected': {
        const participant = participantOf(identity);
        const { lostAt } = participant;
        return lostAt === null
          ? []
          : recovery('reconnect', line, participant, lostAt, failureOf(line));
      }
      default:
        return [];
    }
  };

  /** The result of a participant whose join neither succeeded nor failed before it ended. */
  const onResult = (line: ParticipantLine): Span[] => {
    const participant = participantOf(line.identity);
    participants.delete(line.identity);
    // The process of a worker ended before the joins that it was to begin later.
    const hasBegun = line.at > line.joinAtMs;
    if (participant.hasEnded || !hasBegun) return [];
    const startMs = startedAtMs + line.joinAtMs;
    const reason = line.reason ?? line.outcome;
    return wasJoinCutShort(line, endAtMs)
      ? notJoined(line, participant, startMs, null, { 'livekit_swarm.reason': reason })
      : notJoined(line, participant, startMs, { reason, message: '' });
  };

  return (line) => {
    switch (line.type) {
      case 'header':
        endAtMs = line.plan.endAtMs;
        return [];
      case 'deployment':
        deployment = serverOf(line.url);
        return [];
      case 'event':
        return onEvent(line);
      case 'participant':
        return onResult(line);
      default:
        return [];
    }
  };
};

interface Ended {
  attempts: number;
  failure: Span['failure'];
  hasJoined: boolean;
  attributes: SpanAttributes;
}

const RECOVERIES = { resumed: 'resume', reconnected: 'reconnect', rejoined: 'rejoin' } as const;

const joinAttributes = (attempts: number, kept: Kept): SpanAttributes => ({
  'livekit_swarm.attempts': attempts,
  'livekit_swarm.kept': kept,
});

const failureOf = ({ reason = '_OTHER', message = '' }: EventLine) => ({ reason, message });

/** Address of the deployment, by the semantic conventions of servers. */
const serverOf = (text: string): SpanAttributes => {
  const url = URL.parse(text);
  if (url === null) return {};
  const isSecure = url.protocol === 'wss:' || url.protocol === 'https:';
  return {
    'server.address': url.hostname,
    'server.port': url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
  };
};
