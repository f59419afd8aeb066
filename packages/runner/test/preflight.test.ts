import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { expandPlan, type ParticipantPlan } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preflight, validateWith } from '../src/preflight.ts';

let dir: string;
let server: LiveKitServer;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-preflight-'));
  server = await startLiveKit({ dir });
});

afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

const somebody = (): ParticipantPlan => {
  const [first] = expandPlan(scenarioOfLoad({ room: 'mine', rooms: 1 }), 't3st').participants;
  if (first === undefined) throw new Error('a plan without participants');
  return first;
};

const deployment = () => ({
  ...server,
  embedded: true,
  serverVersion: null,
  exited: new Promise<never>(() => {}),
});

const tokenWith = (grant: Parameters<AccessToken['addGrant']>[0]): Promise<string> => {
  const token = new AccessToken(server.apiKey, server.apiSecret, { identity: 'p1' });
  token.addGrant(grant);
  return token.toJwt();
};

describe('preflight', () => {
  it('returns the newest signalling of a server that admits participants', async () => {
    await expect(preflight(deployment(), somebody())).resolves.toBe('v1');
  });

  it('reports that the room is not granted', async () => {
    const token = await tokenWith({ roomCreate: true, room: 'mine' });
    await expect(validateWith(server.url, token)).rejects.toMatchObject({
      exitCode: 3,
      code: 'forbidden',
      hint: expect.stringContaining('roomJoin'),
    });
  });

  it('reports that the secret is wrong', async () => {
    const other = { ...deployment(), apiSecret: 'another secret that is long enough for HS256' };
    await expect(preflight(other, somebody())).rejects.toMatchObject({
      exitCode: 3,
      code: 'unauthorized',
    });
  });

  it('reports that the server is unreachable', async () => {
    await expect(
      preflight({ ...deployment(), url: 'ws://127.0.0.1:9' }, somebody()),
    ).rejects.toMatchObject({
      exitCode: 3,
      code: 'unreachable',
    });
  });
});
