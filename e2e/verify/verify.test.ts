/** `swarm verify` against a real server with an agent; `verify.smoke.test.ts` has none. */
import { startLiveKit } from '@livekit-swarm/lab';
import { expect, it } from 'vitest';
import { startAgent } from '../support/agent.ts';
import { scratch } from '../support/swarm.ts';
import { verify } from '../support/verify.ts';

it('an agent that is registered takes a job; one of another name does not', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  using agent = await startAgent(server, 'helper');
  const agentsOf = async (name: string) =>
    (await verify(server, '--agent', name)).checks.find(({ id }) => id === 'agents');
  expect(await agentsOf('helper')).toMatchObject({
    outcome: 'passed',
    evidence: [`${agent.identity} took a job of helper`],
  });
  expect(await agentsOf('other')).toMatchObject({ outcome: 'error' });
});
