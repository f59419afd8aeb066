import type { EventLine } from '@livekit-swarm/record';
import { expandPlan, type ParticipantPlan } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { expect, test } from 'vitest';
import { createAgentDispatches } from './agent-dispatches.ts';

/** Nothing listens there. */
const target = {
  url: 'ws://127.0.0.1:1',
  apiKey: 'key',
  apiSecret: 'a secret that is long enough for HMAC',
};

const plan = expandPlan(scenarioOfLoad({ rooms: 3, participants: 2 }), 't3st');
const callers = plan.participants.map(
  (one): ParticipantPlan => ({
    ...one,
    conversation: {
      opens: 'caller',
      pauseMs: 1_000,
      answerWithinMs: 10_000,
      answerEndsMs: 800,
      bargeIn: null,
      agent: { name: 'helper', by: 'api' },
    },
  }),
);

const joined = ({ identity }: ParticipantPlan): EventLine => ({
  type: 'event',
  at: 100,
  event: 'joined',
  identity,
});

test('dispatches that fail alike are one warning of the run', async () => {
  const first = Promise.withResolvers<EventLine>();
  const lines: EventLine[] = [];
  const dispatches = createAgentDispatches(target, callers, { elapsedMs: () => 200 }, (line) => {
    lines.push(line);
    first.resolve(line);
  });
  for (const caller of callers) dispatches.take(joined(caller));
  const warning = await first.promise;
  expect(warning).toMatchObject({
    event: 'warning',
    reason: 'agent_not_dispatched',
    message: expect.stringMatching(/^the agent helper was not dispatched: the API cannot be /),
  });
  expect(warning.identity).toBeUndefined();
  // The others fail in the same way, in the same moment.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(lines).toHaveLength(1);
});

test('an agent is dispatched after the time on hold, unless the caller has left', async () => {
  const first = Promise.withResolvers<EventLine>();
  const onHold = callers.slice(0, 2).map(
    (one, index): ParticipantPlan => ({
      ...one,
      conversation: {
        opens: 'caller',
        pauseMs: 1_000,
        answerWithinMs: 10_000,
        answerEndsMs: 800,
        bargeIn: null,
        agent: { name: `helper-${index}`, by: 'api', afterMs: 100 },
      },
    }),
  );
  const lines: EventLine[] = [];
  const dispatches = createAgentDispatches(target, onHold, { elapsedMs: () => 200 }, (line) => {
    lines.push(line);
    first.resolve(line);
  });
  for (const caller of onHold) dispatches.take(joined(caller));
  const [gone] = onHold;
  if (gone === undefined) throw new Error('there are callers');
  dispatches.take({ ...joined(gone), event: 'left' });
  expect(lines).toEqual([]);
  expect(await first.promise).toMatchObject({
    message: expect.stringMatching(/^the agent helper-1 was not dispatched/),
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(lines).toHaveLength(1);
});

test('a result after the end of the run is not written', async () => {
  const lines: EventLine[] = [];
  const dispatches = createAgentDispatches(target, callers, { elapsedMs: () => 200 }, (line) =>
    lines.push(line),
  );
  for (const caller of callers) dispatches.take(joined(caller));
  dispatches.close();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(lines).toEqual([]);
});

test('rooms are created shortly before their callers join, and what comes before the record waits', async () => {
  const lines: EventLine[] = [];
  const rooms = callers.map(
    (one, index): ParticipantPlan => ({
      ...one,
      room: `room-${index}`,
      joinAtMs: 5_000 * index,
      conversation: {
        opens: 'caller',
        pauseMs: 1_000,
        answerWithinMs: 10_000,
        answerEndsMs: 800,
        bargeIn: null,
        agent: { name: `helper-${index}`, by: 'room' },
      },
    }),
  );
  // Before the start, the clock of a run counts from the opening of its log.
  let elapsedMs = 350;
  const dispatches = createAgentDispatches(target, rooms, { elapsedMs: () => elapsedMs }, (line) =>
    lines.push(line),
  );
  await dispatches.prepare(0);
  elapsedMs = 0;
  expect(lines).toEqual([]);
  const [first] = rooms;
  if (first === undefined) throw new Error('there are callers');
  dispatches.take(joined(first));
  const failure = (index: number) =>
    expect.objectContaining({
      event: 'warning',
      at: 0,
      message: expect.stringMatching(`^the agent helper-${index} was not dispatched`),
    });
  expect(lines).toEqual([failure(0)]);
  await dispatches.prepare(3_000);
  expect(lines).toEqual([failure(0), failure(1)]);
});

test('a room that is created for several callers is dispatched once, before the first of them', async () => {
  const lines: EventLine[] = [];
  const together = callers.slice(0, 3).map(
    (one, index): ParticipantPlan => ({
      ...one,
      room: 'shared',
      joinAtMs: 20_000 - 5_000 * index,
      conversation: {
        opens: 'caller',
        pauseMs: 1_000,
        answerWithinMs: 10_000,
        answerEndsMs: 800,
        bargeIn: null,
        // Failures are reported once for each name.
        agent: { name: `helper-${index}`, by: 'room' },
      },
    }),
  );
  const dispatches = createAgentDispatches(target, together, { elapsedMs: () => 0 }, (line) =>
    lines.push(line),
  );
  const [first] = together;
  if (first === undefined) throw new Error('there are callers');
  dispatches.take(joined(first));
  await dispatches.prepare(5_000);
  expect(lines).toEqual([]);
  await dispatches.prepare(60_000);
  expect(lines).toEqual([
    expect.objectContaining({ message: expect.stringMatching('helper-2 was not dispatched') }),
  ]);
});
