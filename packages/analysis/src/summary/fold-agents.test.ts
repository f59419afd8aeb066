import type { EventLine, RecordLine } from '@livekit-swarm/record';
import { parseScenario, recordedScenario } from '@livekit-swarm/scenario';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { expect, test } from 'vitest';
import { createSummary } from './summarize.ts';

const scenario = parseScenario(
  `scenario: calls
groups:
  load:
    executor: constant-rooms
    rooms: 4
    duration: 10s
    roles:
      caller: { publish: audio, conversation: { agent: helper } }
      greeted: { publish: audio, conversation: { opens: agent } }
      handed: { publish: audio, conversation: { agent: desk, transfer: { to: billing } } }
`,
  { file: 'calls.yaml' },
);

const eventOf = (event: Pick<EventLine, 'event' | 'reason'>, room: number, role = 'caller') =>
  ({
    type: 'event',
    at: 6_000,
    identity: `${role}-${room}`,
    group: 'load',
    room: `calls-${room}`,
    role,
    ...event,
  }) satisfies EventLine;

/** Notes about agents in a record with these events. */
const notesWith = (events: readonly EventLine[]) => {
  const lines = recordOf(specOf({ rooms: 1, participants: 2, durationMs: 10_000 }));
  const end = lines.findIndex(({ type }) => type === 'end');
  const fold = createSummary();
  const all: RecordLine[] = [...lines.slice(0, end), ...events, ...lines.slice(end)];
  for (const line of all)
    fold.add(line.type === 'header' ? { ...line, scenario: recordedScenario(scenario) } : line);
  return fold.result().notes.filter(({ code }) => code.startsWith('agent_'));
};

test('callers that lost the same agent in the same state are one finding', () => {
  const lost = [1, 2, 3].flatMap((room) => [
    eventOf({ event: 'agent_lost', reason: 'no_agent' }, room),
    eventOf({ event: 'agent_job', reason: room === 3 ? 'running' : 'no_job' }, room),
  ]);
  expect(notesWith(lost)).toEqual([
    { code: 'agent_lost', agent: 'helper', state: 'no_job', callers: 2, room: 'calls-1' },
    { code: 'agent_lost', agent: 'helper', state: 'running', callers: 1, room: 'calls-3' },
  ]);
});

test('an agent whose job could not be read is in an unknown state', () => {
  expect(notesWith([eventOf({ event: 'agent_lost', reason: 'no_agent' }, 1, 'greeted')])).toEqual([
    { code: 'agent_lost', agent: '', state: 'unknown', callers: 1, room: 'calls-1' },
  ]);
});

test('the job of an agent that joined adds no note', () => {
  const joined = [
    eventOf({ event: 'agent_joined' }, 1),
    eventOf({ event: 'agent_job', reason: 'running' }, 1),
  ];
  expect(notesWith(joined)).toEqual([]);
});

test.each([
  'agent_never_published',
  'agent_never_silent',
  'agent_greets',
  'agent_echoes',
  'several_agents',
  'caller_silent',
  'utterance_rejected',
])('what callers report of their agents is one finding: %s', (reason) => {
  const warnings = [2, 1].map((room) => eventOf({ event: 'warning', reason }, room));
  expect(notesWith(warnings)).toEqual([
    { code: 'agent_finding', finding: reason, agent: 'helper', callers: 2, room: 'calls-2' },
  ]);
});

test('a transfer that is lost names the agent that should have come', () => {
  const lost = [1, 2].map((room) =>
    eventOf({ event: 'agent_transfer_lost', reason: 'no_next_agent' }, room, 'handed'),
  );
  expect(notesWith(lost)).toEqual([
    {
      code: 'agent_finding',
      finding: 'agent_transfer_lost',
      agent: 'billing',
      callers: 2,
      room: 'calls-1',
    },
  ]);
});
