/** An agent that sends the voice of its caller back. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startLiveKit } from '@livekit-swarm/lab';
import { AccessToken } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { countOf, runCalls } from '../support/callers.ts';
import { scratch } from '../support/swarm.ts';

const AGENT = fileURLToPath(new URL('../support/echo-agent.ts', import.meta.url));
const ROOM = 'hall';

it('an echo is neither an answer nor an overlap, and a finding names it', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const token = new AccessToken(server.apiKey, server.apiSecret, { identity: 'echo', ttl: '5m' });
  token.addGrant({ room: ROOM, roomJoin: true });
  token.kind = 'agent';
  const agent = spawn(process.execPath, [AGENT, server.url, await token.toJwt()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(agent.stdout, 'data');
    const { events, stdout, stderr } = await runCalls(
      server,
      `calls:
  executor: constant-rooms
  rooms: 1
  room: ${ROOM}
  duration: 20s
  roles:
    caller: { publish: audio, conversation: { answerWithin: 2s } }`,
      ['--join-existing-rooms'],
    );
    const turns = events.flatMap(({ turn }) => turn ?? []);
    expect(turns.length, stderr).toBeGreaterThan(1);
    const echoes = turns.filter(({ echoMs }) => echoMs !== undefined);
    // The first utterance is not measured: its copy may be a greeting.
    expect(echoes, JSON.stringify(turns)).toHaveLength(turns.length);
    for (const { echoMs = 0 } of echoes) {
      expect(echoMs).toBeGreaterThan(20);
      expect(echoMs).toBeLessThan(1_000);
    }
    expect(countOf(events, 'agent_joined'), stderr).toBe(1);
    expect(stdout).toMatch(/sent the voice of its callers back/);
    expect(stdout).toMatch(/turns without an answer +\d+ of \d+/);
  } finally {
    agent.kill('SIGKILL');
  }
});
