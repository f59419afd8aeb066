/** Voice agents that are dispatched by the API, or are missing. */
import { startLiveKit } from '@livekit-swarm/lab';
import { expect, it } from 'vitest';
import { accessTo, countOf, runCallers } from '../support/callers.ts';
import { runSwarm, scratch, startSwarm } from '../support/swarm.ts';

it('an agent that the API dispatches joins after its caller', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const worker = startSwarm(['agents', 'worker', '--agent', 'reference'], accessTo(server));
  await worker.says(/registered as AW_/);
  const conversation = '{ agent: { name: reference, by: api } }';
  const { events, stderr } = await runCallers(server, conversation, '8s');
  expect(countOf(events, 'agent_dispatched'), stderr).toBe(2);
  expect(countOf(events, 'agent_joined'), stderr).toBe(2);
  expect(worker.stderr()).toMatch(/accepted job/);
});

it('a worker takes no more jobs than it may, and callers without an agent are lost', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const worker = startSwarm(
    ['agents', 'worker', '--agent', 'reference', '--max-jobs', '1'],
    accessTo(server),
  );
  await worker.says(/registered as AW_/);
  const { events, exit } = await runCallers(server, '{ agent: reference, answerWithin: 5s }', '9s');
  expect([countOf(events, 'agent_joined'), countOf(events, 'agent_lost')]).toEqual([1, 1]);
  // Inconclusive on a busy host; never passed.
  expect(exit).not.toBe(0);
});

it('rooms that wait for an agent are shown', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const callers = runCallers(server, '{ agent: missing, answerWithin: 4s }', '12s');
  await expect
    .poll(async () => (await runSwarm(['agents', 'status'], accessTo(server))).stdout, {
      timeout: 20_000,
      interval: 500,
    })
    .toMatch(/missing +.*waits for an agent/);
  expect(countOf((await callers).events, 'agent_lost')).toBe(2);
});

it('a worker whose page cannot be read is named', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const status = ['agents', 'status', '--worker', 'http://127.0.0.1:9', '--json'];
  const { exit, stdout } = await runSwarm(status, accessTo(server));
  expect(JSON.parse(stdout)).toMatchObject({
    rooms: [],
    workers: [{ agentName: null, problem: expect.stringMatching(/^cannot be read/) }],
  });
  expect(exit).toBe(99);
});

it('a worker with wrong credentials does not register', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const env = { ...accessTo(server), LIVEKIT_API_SECRET: 'x'.repeat(40) };
  const { exit, stderr } = await runSwarm(['agents', 'worker'], env);
  expect(stderr).toMatch(/the worker was not registered: .*401/);
  expect(exit).toBe(3);
});
