import type { EventLine, JoinPhases } from '@livekit-swarm/record';
import { type Span, type SpanAttributes, type SpanContext, within } from './span.ts';

/** Join that succeeded. Times are Unix time, ms. */
export interface Join {
  context: SpanContext;
  /** Zero of the phases. */
  fromMs: number;
  phases: JoinPhases;
  line: EventLine;
}

interface Step {
  name: string;
  /** Phases of which the first one that is known, ended when this one began. */
  after: readonly (keyof JoinPhases)[];
  until: keyof JoinPhases;
  isRequest: boolean;
}

/**
 * Steps of a join. Where an engine does not report when a step began, there is no span: one that
 * began at a guessed time would name the wrong step as the slow one.
 */
const STEPS: readonly Step[] = [
  { name: 'token', after: ['started'], until: 'token', isRequest: true },
  { name: 'signal', after: ['token', 'started'], until: 'signal', isRequest: true },
  { name: 'ice', after: ['signal'], until: 'ice', isRequest: false },
  { name: 'dtls', after: ['ice'], until: 'dtls', isRequest: false },
  { name: 'publish', after: ['dtls', 'ice'], until: 'joined', isRequest: false },
];

/** Spans of the steps of a join, as far as its engine reports them. */
export const stepsOf = ({ context, fromMs, phases, line }: Join): Span[] => [
  ...earlierAttempts(context, fromMs, phases, line),
  ...STEPS.flatMap(({ name, after, until, isRequest }): Span[] => {
    const end = phases[until];
    const start = after.map((phase) => phases[phase]).find((time) => time !== undefined);
    if (end === undefined || start === undefined) return [];
    return [
      {
        ...childOf(context, name, fromMs + Math.min(start, end), fromMs + end),
        isRequest,
        attributes: name === 'ice' ? transportOf(line) : {},
      },
    ];
  }),
];

/** First media of other participants; it is waited for from the time that media could arrive. */
export const firstMediaOf = ({ context, fromMs, phases }: Join, atMs: number): Span => {
  const ready = fromMs + (phases.dtls ?? phases.ice ?? phases.joined);
  return childOf(context, 'first_media', Math.min(ready, atMs), atMs);
};

const earlierAttempts = (
  context: SpanContext,
  fromMs: number,
  { started }: JoinPhases,
  { attempt = 1 }: EventLine,
): Span[] =>
  attempt > 1 ? [childOf(context, 'earlier_attempts', fromMs, fromMs + Math.max(0, started))] : [];

const childOf = (parent: SpanContext, name: string, startMs: number, endMs: number): Span => ({
  name,
  context: within(parent),
  parentId: parent.spanId,
  isRequest: false,
  startMs,
  endMs,
  attributes: {},
  failure: null,
  events: [],
  droppedEvents: 0,
  follows: null,
});

/** The way of media, by the semantic conventions of networks, and by WebRTC's where they have none. */
const transportOf = ({ selectedPair, addressFamily }: EventLine): SpanAttributes => ({
  ...(addressFamily !== undefined && { 'network.type': `ipv${addressFamily}` }),
  ...(selectedPair !== undefined && {
    'network.transport': selectedPair.protocol,
    'livekit_swarm.path': selectedPair.path,
    'livekit_swarm.candidate.local': selectedPair.localCandidate,
    'livekit_swarm.candidate.remote': selectedPair.remoteCandidate,
  }),
});
