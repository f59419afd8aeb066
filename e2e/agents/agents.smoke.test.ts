/** Conversations with voice agents; `agents.test.ts` has other ways of dispatch, and agents that fail. */
import { startLiveKit } from '@livekit-swarm/lab';
import { expect, it } from 'vitest';
import { accessTo, countOf, runCallers } from '../support/callers.ts';
import { scratch, startSwarm } from '../support/swarm.ts';

it('callers measure the answers of an agent that their token dispatches', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const worker = startSwarm(
    ['agents', 'worker', '--agent', 'reference', '--after', '800ms', '--length', '1s'],
    accessTo(server),
  );
  await worker.says(/registered as AW_/);
  const { events, stderr } = await runCallers(server, '{ agent: reference, pause: 300ms }', '14s');
  expect(countOf(events, 'agent_joined'), stderr).toBe(2);
  const turns = events.flatMap(({ turn }) => turn ?? []);
  const responses = turns.flatMap(({ responseMs }) => responseMs ?? []);
  expect(responses.length, JSON.stringify(turns)).toBeGreaterThanOrEqual(2);
  // An agent on a busy host answers later; earlier only as far as the caller's own time is late.
  for (const ms of responses) expect(ms).toBeGreaterThan(700);
  worker.signal('SIGTERM');
  expect(await worker.ended, worker.stderr()).toBe(0);
});
