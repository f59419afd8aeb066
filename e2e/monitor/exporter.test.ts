/** `swarm exporter` as a program: its configuration and its end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LiveKitServer, startLiveKit } from '@livekit-swarm/lab';
import { parseExposition, sumOf } from '@livekit-swarm/testkit/exposition';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectGone, runSwarm, scratch, startSwarm } from '../support/swarm.ts';

let server: LiveKitServer;
const env = (): Record<string, string> => ({
  LIVEKIT_URL: server.url,
  LIVEKIT_API_KEY: server.apiKey,
  LIVEKIT_API_SECRET: server.apiSecret,
});
const rooms = async (): Promise<string[]> =>
  (await new RoomServiceClient(server.httpUrl, server.apiKey, server.apiSecret).listRooms()).map(
    ({ name }) => name,
  );

let dirOfServer = '';
beforeAll(async () => {
  dirOfServer = mkdtempSync(join(tmpdir(), 'swarm-exporter-'));
  server = await startLiveKit({ dir: dirOfServer });
});
afterAll(async () => {
  await server.stop();
  rmSync(dirOfServer, { recursive: true, force: true });
});

const urlOf = async (swarm: ReturnType<typeof startSwarm>): Promise<string> => {
  await swarm.says(/listening on https?:/);
  return /listening on (https?:\S+?);/.exec(swarm.stderr())?.[1] ?? '';
};

describe('swarm exporter', () => {
  it('needs only LIVEKIT_URL and its keys, and prints no secret', async () => {
    const swarm = startSwarm(['exporter', '--listen', ':0'], env());
    const url = await urlOf(swarm);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/-/ready`)).status).toBe(200);
    const probed = await (await fetch(`${url}/probe?module=join_only`)).text();
    expect(sumOf(parseExposition(probed), 'livekit_swarm_probe_success')).toBe(1);
    const metrics = parseExposition(await (await fetch(`${url}/metrics`)).text());
    expect(sumOf(metrics, 'livekit_swarm_exporter_up', { source: 'probes' })).toBe(1);
    await expect
      .poll(async () =>
        sumOf(
          parseExposition(await (await fetch(`${url}/metrics`)).text()),
          'livekit_swarm_lifecycle_rooms',
          { target: 'livekit' },
        ),
      )
      .toBe(0);
    swarm.signal('SIGTERM');
    expect(await swarm.ended).toBe(0);
    expect(swarm.stdout()).toBe('');
    expect(swarm.stderr()).not.toContain(server.apiSecret);
  });

  it('ends in the middle of a probe without leaving a room or a process', async () => {
    const swarm = startSwarm(['exporter', '--listen', ':0'], env());
    const url = await urlOf(swarm);
    const asked = fetch(`${url}/probe?module=video_pair`);
    await expect
      .poll(rooms, { timeout: 5_000, interval: 50 })
      .toEqual([expect.stringMatching(/^swarm-probe-/)]);
    const processes = swarm.processes();
    swarm.signal('SIGTERM');
    const answer = await asked;
    expect([answer.status, await answer.text()]).toEqual([503, 'the exporter is stopping\n']);
    expect(await swarm.ended).toBe(0);
    expect(await rooms()).toEqual([]);
    await expectGone(processes);
  });

  it('reads its flags from the environment, and flags go before it', async () => {
    const dir = scratch();
    writeFileSync(`${dir}/token`, 'from-a-file\n');
    const settings = {
      ...env(),
      SWARM_EXPORTER_LISTEN: 'nonsense',
      SWARM_EXPORTER_TOKEN_FILE: `${dir}/token`,
    };
    expect(await runSwarm(['exporter'], settings)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('"nonsense" is not an address to listen on'),
    });
    const swarm = startSwarm(['exporter', '--listen', '127.0.0.1:0'], settings);
    const url = await urlOf(swarm);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    expect(
      (await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer from-a-file' } })).status,
    ).toBe(200);
    expect(swarm.stderr()).not.toContain('from-a-file');
  });

  it('reports where a configuration is wrong, and what is missing without one', async () => {
    const dir = scratch();
    writeFileSync(
      `${dir}/exporter.yaml`,
      'targets:\n  lab: { url: ws://127.0.0.1:7880, apiKey: key, apiSecret: hush }\nprobe: {}\n',
    );
    const wrong = await runSwarm(['exporter', '--config', `${dir}/exporter.yaml`]);
    expect(wrong.exit).toBe(2);
    expect(wrong.stderr).toContain(
      `${dir}/exporter.yaml:2:60: targets.lab.apiSecret: a secret must not stand in the file itself`,
    );
    expect(wrong.stderr).toContain(
      `${dir}/exporter.yaml:3:1: probe: unknown key "probe"; did you mean probes?`,
    );
    expect(wrong.stderr).not.toContain('hush');
    expect(await runSwarm(['exporter'])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('no deployment is named'),
    });
  });

  it('reports an address that is in use', async () => {
    const first = startSwarm(['exporter', '--listen', ':0'], env());
    const { port } = new URL(await urlOf(first));
    const second = await runSwarm(['exporter', '--listen', `:${port}`], env());
    expect(second).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(`cannot listen on 127.0.0.1:${port}: the address is in use`),
    });
  });

  it('warns when every client is served', async () => {
    const swarm = startSwarm(['exporter', '--listen', '0.0.0.0:0'], env());
    await swarm.says(/this address serves every client that reaches it: set a token/);
  });
});
