/** `swarm verify` against a real server; `verify.long.test.ts` plants misconfigurations. */
import { startLiveKit } from '@livekit-swarm/lab';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { startAgent } from '../support/agent.ts';
import { runSwarm, scratch } from '../support/swarm.ts';

interface Verified {
  verdict: string;
  checks: { id: string; outcome: string; evidence: string[]; reason: string | null }[];
}

const verify = async (
  server: { url: string; apiKey: string; apiSecret: string },
  ...flags: string[]
) => {
  const { exit, stdout, stderr } = await runSwarm(['verify', '--json', '--quiet', ...flags], {
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  });
  const { verdict, checks } = JSON.parse(stdout) as Verified;
  const found = (outcome: string) =>
    checks.filter((one) => one.outcome === outcome).map(({ id }) => id);
  return { exit, stderr, verdict, checks, found };
};

it('a server that is right for its host passes, with a warning for the paths that it lacks', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const { exit, stderr, verdict, found } = await verify(server);
  expect(stderr).toBe('');
  expect(found('error')).toEqual([]);
  expect(found('unknown')).toEqual([]);
  expect(found('warning')).toEqual(['ice-tcp', 'turn']);
  expect([verdict, exit]).toEqual(['warnings', 0]);
  const rooms = new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret);
  expect(await rooms.listRooms()).toEqual([]);
});

it('finds the keys of development mode: exit 99', async () => {
  const credentials = { apiKey: 'devkey', apiSecret: 'secret' };
  await using server = await startLiveKit({ dir: scratch(), credentials });
  const { exit, verdict, found } = await verify(server);
  expect(found('error')).toEqual(['keys']);
  expect([verdict, exit]).toEqual(['failed', 99]);
});

it('an agent that is registered takes a job; one of another name does not', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  await using agent = await startAgent(server, 'helper');
  const agentsOf = async (name: string) =>
    (await verify(server, '--agent', name)).checks.find(({ id }) => id === 'agents');
  expect(await agentsOf('helper')).toMatchObject({
    outcome: 'passed',
    evidence: [`${agent.identity} took a job of helper`],
  });
  expect(await agentsOf('other')).toMatchObject({ outcome: 'error' });
});
