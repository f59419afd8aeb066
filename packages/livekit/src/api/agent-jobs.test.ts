import { AgentDispatch } from '@livekit/protocol';
import { expect, test } from 'vitest';
import { readDispatches } from './agent-jobs.ts';

/** Times of the server, ns. */
const CREATED = 1_790_000_000_000_000_000n;

const read = (jobs: object[]) =>
  readDispatches(
    {
      listDispatch: async () => [
        AgentDispatch.fromJson({
          id: 'AD_1',
          agentName: 'helper',
          state: { createdAt: String(CREATED), jobs: jobs as [] },
        }),
      ],
    },
    'room',
  );

test('a job was offered when the server wrote its time into the offer', async () => {
  const startedAt = String(CREATED + 206_400_000n);
  const state = { status: 'JS_RUNNING', startedAt, participantIdentity: 'agent-1', workerId: 'AW' };
  expect(await read([{ state }])).toEqual([
    {
      id: 'AD_1',
      agentName: 'helper',
      jobs: [
        { state: 'running', identity: 'agent-1', workerId: 'AW', error: '', offeredAfterMs: 206 },
      ],
    },
  ]);
});

test('nodes whose clocks differ yield no negative time, and a job without one none', async () => {
  const [dispatch] = await read([
    { state: { status: 'JS_FAILED', startedAt: String(CREATED - 5_000_000n), error: 'crashed' } },
    { state: { status: 'JS_SUCCESS' } },
    {},
  ]);
  expect(dispatch?.jobs).toMatchObject([
    { state: 'failed', offeredAfterMs: 0, error: 'crashed' },
    { state: 'ended', offeredAfterMs: null },
    { state: 'pending', offeredAfterMs: null },
  ]);
});
