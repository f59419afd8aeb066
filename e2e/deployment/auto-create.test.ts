/** A server that creates no rooms at a join (`room.auto_create: false`). */
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { TESTED_VERSIONS } from '@livekit-swarm/lab/choices';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openNginx, UPGRADE } from '../support/nginx.ts';
import { resultOf, runSwarm, scratch, startSwarm } from '../support/swarm.ts';

describe.each(TESTED_VERSIONS)('livekit-server %s with auto_create: false', (version) => {
  let server: LiveKitServer;
  let rooms: RoomServiceClient;
  const env = (): Record<string, string> => ({
    LIVEKIT_URL: server.url,
    LIVEKIT_API_KEY: server.apiKey,
    LIVEKIT_API_SECRET: server.apiSecret,
  });
  const names = async (): Promise<string[]> =>
    (await rooms.listRooms()).map(({ name }) => name).sort();

  beforeAll(async () => {
    const config = { room: { auto_create: false } };
    server = await startLiveKit({ version, dir: scratch(), config });
    rooms = new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret);
  });
  afterAll(() => server.stop());

  it('a run creates its rooms and deletes them', async () => {
    const load = ['--rooms', '2', '--participants', '2', '--duration', '3s', '--publish', 'audio'];
    const outcome = await runSwarm([...load, '--json', '--quiet'], env());
    expect(resultOf(outcome)).toMatchObject({ joins: { planned: 4, joined: 4 } });
    expect(await names()).toEqual([]);
  });

  it('deletes them after Ctrl-C, too; after SIGKILL the server closes them', async () => {
    const load = ['--rooms', '2', '--participants', '2', '--duration', '60s', '--publish', 'audio'];
    const interrupted = startSwarm(load, env());
    await expect.poll(names, { timeout: 60_000 }).toHaveLength(2);
    interrupted.signal('SIGINT');
    expect(await interrupted.ended).toBe(130);
    expect(await names()).toEqual([]);

    const killed = startSwarm(load, env());
    await expect.poll(names, { timeout: 60_000 }).toHaveLength(2);
    killed.signal('SIGKILL');
    await killed.ended;
    for (const { name, emptyTimeout, departureTimeout } of await rooms.listRooms()) {
      expect(emptyTimeout).toBeLessThanOrEqual(150);
      expect(departureTimeout).toBeLessThanOrEqual(150);
      await rooms.deleteRoom(name);
    }
  });

  it('a room of others keeps its timeouts, and is not deleted', async () => {
    await rooms.createRoom({ name: 'standup', emptyTimeout: 444, departureTimeout: 555 });
    const load = ['--room', 'standup', '--participants', '1', '--duration', '2s'];
    const outcome = await runSwarm([...load, '--json', '--quiet'], env());
    expect(resultOf(outcome)).toMatchObject({ joins: { planned: 1, joined: 1 } });
    const [room] = await rooms.listRooms(['standup']);
    expect(room).toMatchObject({ emptyTimeout: 444, departureTimeout: 555 });
    await rooms.deleteRoom('standup');
  });

  it('verify reports it, checks everything, and knows the price of roomCreate', async () => {
    const token = new AccessToken(server.apiKey, server.apiSecret, { identity: 'a', ttl: '5m' });
    token.addGrant({ roomJoin: true, room: 'a', roomCreate: true });
    const withToken = { ...env(), SWARM_TOKEN: await token.toJwt() };
    const { stdout } = await runSwarm(['verify', '--json', '--quiet'], withToken);
    const { checks } = JSON.parse(stdout) as {
      checks: { id: string; outcome: string; evidence: string[] }[];
    };
    const of = (id: string) => checks.find((check) => check.id === id);
    expect(of('admission')).toMatchObject({
      outcome: 'passed',
      evidence: [expect.any(String), expect.stringContaining('room.auto_create: false')],
    });
    expect(of('websocket')?.outcome).toBe('passed');
    expect(of('udp')?.outcome).toBe('passed');
    expect(of('token')).toMatchObject({
      outcome: 'error',
      evidence: [expect.stringContaining('the price of this design')],
    });
    expect(await names()).toEqual([]);
  });
});

describe('behind a proxy that blocks the API', async () => {
  await skipWithout('nginx');

  it('a run names what it lacks, and creates its rooms at --api-url', async () => {
    await using server = await startLiveKit({
      dir: scratch(),
      config: { room: { auto_create: false } },
    });
    await using nginx = await openNginx(
      `location /rtc { proxy_pass ${server.httpUrl}; ${UPGRADE} } location / { return 403; }`,
    );
    const keys = { LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret };
    const load = ['--url', `ws://127.0.0.1:${nginx.port}`, '--rooms', '1', '--participants', '1'];
    const args = [...load, '--duration', '2s', '--json', '--quiet'];
    const refused = resultOf(await runSwarm(args, keys));
    expect([refused.exitCode, refused.error]).toEqual([
      3,
      {
        code: 'room_not_found',
        message: expect.stringMatching(/room\.auto_create: false.*room service did not create/s),
        hint: expect.stringContaining('--api-url'),
      },
    ]);
    const allowed = resultOf(await runSwarm([...args, '--api-url', server.httpUrl], keys));
    expect(allowed).toMatchObject({ joins: { planned: 1, joined: 1 } });
  });
});
