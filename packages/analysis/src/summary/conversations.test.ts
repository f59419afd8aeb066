import { aggregate, type MetricName, MetricSet } from '@livekit-swarm/metrics';
import type { EventLine, RecordLine, TurnResult } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { expect, test } from 'vitest';
import { measureParticipantEvent } from './measure.ts';
import { createSummary } from './summarize.ts';

const turnOf = (turn: Omit<TurnResult, 'number' | 'spokenMs'>): EventLine => ({
  type: 'event',
  at: 1_000,
  event: 'turn',
  identity: 'ann',
  turn: { number: 1, spokenMs: 2_000, ...turn },
});

const rateOf = (metric: MetricName, lines: readonly EventLine[]): number | undefined => {
  const metrics = new MetricSet();
  for (const line of lines) measureParticipantEvent(line, {}, () => [metrics]);
  return aggregate(metrics.measure(metric), { type: 'rate' });
};

test('a turn is answered by voice that follows the utterance', () => {
  const answer = { answerMs: 900, gaps: 0, gapMs: 0 };
  const turns = [
    turnOf({ responseMs: 700, ...answer }),
    turnOf({ ...answer, overlapMs: 100 }),
    turnOf({ overlapMs: 300 }),
    turnOf({ echoMs: 200 }),
  ];
  expect(rateOf('agent_turns_unanswered', turns)).toBe(0.5);
  expect(rateOf('agent_overlaps', turns)).toBe(0.5);
  expect(rateOf('agent_echoes', turns)).toBe(0.25);
});

test('a dispatch that is answered after its caller left counts, and adds no participant', () => {
  const lines = recordOf(specOf({ rooms: 1, participants: 2, durationMs: 10_000 }));
  const late: RecordLine = {
    type: 'event',
    at: 10_500,
    event: 'agent_dispatched',
    identity: 'k3x9-1-p1',
    group: 'load',
    room: 'swarm-k3x9-1',
    role: 'publisher',
    durationMs: 900,
  };
  const summarize = (all: readonly RecordLine[]) => {
    const fold = createSummary();
    for (const line of all) fold.add(line);
    return fold.result();
  };
  const end = lines.findIndex(({ type }) => type === 'end');
  const summary = summarize([...lines.slice(0, end), late, ...lines.slice(end)]);
  expect(summary.metrics.measure('agent_dispatch_time')).toMatchObject({ type: 'trend' });
  expect(summary.metrics.measure('late_joins')).toEqual(
    summarize(lines).metrics.measure('late_joins'),
  );
});

test('turns are counted by the agent that a transferred caller spoke to', () => {
  const metrics = new MetricSet();
  const answer = { answerMs: 900, gaps: 0, gapMs: 0 };
  const events: EventLine[] = [
    turnOf({ agent: 1, responseMs: 500, ...answer }),
    { ...turnOf({}), event: 'agent_transferred', durationMs: 700 },
    turnOf({ agent: 2, responseMs: 900, ...answer }),
    turnOf({ agent: 2 }),
    { ...turnOf({}), event: 'agent_transfer_lost' },
  ];
  for (const line of events) measureParticipantEvent(line, { role: 'caller' }, () => [metrics]);
  const countOf = (agent: string) =>
    aggregate(metrics.measure('agent_response_time', { agent }), { type: 'count' });
  expect([countOf('1'), countOf('2'), countOf('3')]).toEqual([1, 1, undefined]);
  const second = metrics.measure('agent_turns_unanswered', { role: 'caller', agent: '2' });
  expect(second).toMatchObject({ hits: 1, total: 2 });
  expect(metrics.measure('agent_transfers_lost')).toMatchObject({ hits: 1, total: 2 });
  expect(aggregate(metrics.measure('agent_transfer_time'), { type: 'max' })).toBeCloseTo(700, -1);
});
