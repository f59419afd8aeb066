import type { RoomFacts } from '@livekit-swarm/agents';
import { expect, test } from 'vitest';
import { LostJobs } from './lost-jobs.ts';

type Job = RoomFacts['dispatches'][number]['jobs'][number];

const job = (state: Job['state'], identity = 'agent-1'): Job => ({
  state,
  identity,
  workerId: 'AW_1',
  error: '',
  offeredAfterMs: null,
});

const room = (
  name: string,
  {
    agents = [],
    jobs = [],
    agentName = 'support',
    problem = null,
  }: Partial<{
    agents: string[];
    jobs: Job[];
    agentName: string;
    problem: string | null;
  }> = {},
): RoomFacts => ({
  room: name,
  dispatches: problem === null ? [{ id: `AD_${name}`, agentName, jobs }] : [],
  agents,
  waits: false,
  problem,
});

test('a dispatch is lost once, when its room has had no agent for the time', () => {
  const lost = new LostJobs(15_000);
  expect(lost.look([room('a')], 0)).toEqual([]);
  expect(lost.look([room('a')], 14_999)).toEqual([]);
  expect(lost.look([room('a')], 15_000)).toEqual(['support']);
  expect(lost.look([room('a')], 60_000)).toEqual([]);
});

test('an agent that joins late is not lost, and one that dies later is', () => {
  const lost = new LostJobs(15_000);
  const served = room('a', { agents: ['agent-1'], jobs: [job('running')] });
  lost.look([room('a')], 0);
  expect(lost.look([served], 14_000)).toEqual([]);
  const dead = room('a', { jobs: [job('running')] });
  expect(lost.look([dead], 20_000)).toEqual([]);
  expect(lost.look([dead], 35_000)).toEqual(['support']);
});

test('a job that has ended, and a dispatch of workers without a name, are not lost', () => {
  const lost = new LostJobs(0);
  expect(lost.look([room('a', { jobs: [job('ended')] })], 0)).toEqual([]);
  expect(lost.look([room('b', { agentName: '' })], 0)).toEqual([]);
  expect(lost.look([room('c', { jobs: [job('failed')] })], 0)).toEqual(['support']);
});

test('the time of a room counts while it cannot be read, and ends with the room', () => {
  const lost = new LostJobs(15_000);
  lost.look([room('a'), room('b')], 0);
  lost.look([room('a', { problem: 'cannot be read' })], 10_000);
  expect(lost.look([room('a'), room('b')], 16_000)).toEqual(['support']);
  expect(lost.look([room('b')], 25_000)).toEqual([]);
});

/** Room whose application has dispatched its agent again, after a first dispatch without a job. */
const dispatchedAgain = (second: Job, agents: string[]): RoomFacts => ({
  ...room('a', { agents }),
  dispatches: [
    { id: 'AD_1', agentName: 'support', jobs: [] },
    { id: 'AD_2', agentName: 'support', jobs: [second] },
  ],
});

test('a lost dispatch is not lost again when the agent of another one has left', () => {
  const lost = new LostJobs(15_000);
  const first = { ...room('a'), dispatches: [{ id: 'AD_1', agentName: 'support', jobs: [] }] };
  lost.look([first], 0);
  expect(lost.look([first], 15_000)).toEqual(['support']);
  lost.look([dispatchedAgain(job('running'), ['agent-1'])], 20_000);
  lost.look([dispatchedAgain(job('ended'), [])], 60_000);
  expect(lost.look([dispatchedAgain(job('ended'), [])], 90_000)).toEqual([]);
});

test('of two dispatches, the one whose agent dies is lost', () => {
  const lost = new LostJobs(15_000);
  lost.look([dispatchedAgain(job('running'), ['agent-1'])], 0);
  lost.look([dispatchedAgain(job('running'), [])], 10_000);
  expect(lost.look([dispatchedAgain(job('running'), [])], 60_000)).toEqual(['support']);
});

test('a dispatch of another agent than the one that has left is lost', () => {
  const lost = new LostJobs(15_000);
  const desk = (state: Job['state']) => ({ id: 'AD_1', agentName: 'desk', jobs: [job(state)] });
  const billing = { id: 'AD_2', agentName: 'billing', jobs: [] };
  const call = { ...room('a', { agents: ['agent-1'] }), dispatches: [desk('running'), billing] };
  const after = { ...call, agents: [], dispatches: [desk('ended'), billing] };
  lost.look([call], 0);
  lost.look([after], 10_000);
  expect(lost.look([after], 30_000)).toEqual(['billing']);
});
