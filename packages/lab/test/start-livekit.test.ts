import { mkdtemp, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { allGone, isRunning } from '@livekit-swarm/testkit/processes';
import { beforeEach, describe, expect, test } from 'vitest';
import { startLiveKit } from '../src/server/start-livekit.ts';
import { TESTED_VERSIONS } from '../src/versions.mjs';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-lab-'));
});

describe.each(TESTED_VERSIONS)('livekit-server %s', (version) => {
  test('starts, answers, keeps its secret, and leaves nothing behind', async () => {
    const server = await startLiveKit({ version, dir });
    try {
      expect(server.version).toBe(version);
      expect((await fetch(server.httpUrl)).status).toBe(200);
      expect(await (await fetch(server.metricsUrl)).text()).toContain('livekit_room_total');
      expect(await readFile(`/proc/${server.pid}/cmdline`, 'utf8')).not.toContain(server.apiSecret);
    } finally {
      await server.stop();
    }
    expect(await server.exited).toEqual({ code: 0, signal: null, cause: 'exited' });
    expect(await allGone([server.pid, server.guardPid])).toBe(true);
    for (const file of [server.configFile, server.logFile]) {
      expect(await readFile(file, 'utf8')).not.toContain(server.apiSecret);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
    expect(await readFile(server.logFile, 'utf8')).toContain('starting LiveKit server');
  });

  test('listens on loopback only', async () => {
    await using server = await startLiveKit({ version, dir });
    const listeners = await listenersOf(server.pid);
    const { http, metrics, udpFirst } = server.ports;
    expect(listeners.map(({ port }) => port)).toEqual(
      expect.arrayContaining([http, metrics, udpFirst]),
    );
    expect(new Set(listeners.map(({ address }) => address))).toEqual(new Set(['0100007F']));
  });
});

test('several servers at once use different ports', async () => {
  const servers = await Promise.all(['a', 'b', 'c'].map((name) => startLiveKit({ dir, name })));
  try {
    expect(new Set(servers.map(({ url }) => url)).size).toBe(3);
    for (const { httpUrl } of servers) expect((await fetch(httpUrl)).status).toBe(200);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  expect(await allGone(servers.map(({ pid }) => pid))).toBe(true);
});

test('a killed server is reported', async () => {
  await using server = await startLiveKit({ dir });
  process.kill(server.pid, 'SIGKILL');
  expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL', cause: 'killed' });
});

test('a server that ends at once is an error with the end of its log', async () => {
  const started = startLiveKit({ dir, config: { no_such_setting: true } });
  await expect(started).rejects.toBeInstanceOf(SwarmError);
  await expect(started).rejects.toMatchObject({
    code: 'server_ended',
    message: expect.stringContaining('no_such_setting'),
  });
});

test('a server that never answers is stopped', async () => {
  const path = join(dir, 'livekit-server');
  const pidFile = join(dir, 'pid');
  await writeFile(
    path,
    `#!/bin/sh\n[ "$1" = --version ] && echo "livekit-server version 1.13.4" && exit\necho $$ > ${pidFile}\nexec sleep 600\n`,
    {
      mode: 0o755,
    },
  );
  const started = startLiveKit({ dir, serverPath: path, healthTimeoutMs: 1_000 });
  await expect(started).rejects.toMatchObject({ code: 'not_healthy' });
  expect(isRunning(Number(await readFile(pidFile, 'utf8')))).toBe(false);
});

/**
 * Sockets of a process without a peer, with their addresses as the kernel writes them
 * (proc_net(5)).
 */
const listenersOf = async (pid: number): Promise<{ address: string; port: number }[]> => {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => '')),
  );
  const tables = await Promise.all(
    ['tcp', 'tcp6', 'udp', 'udp6'].map(async (protocol) => ({
      state: protocol.startsWith('tcp') ? '0A' : '07',
      lines: (await readFile(`/proc/net/${protocol}`, 'utf8').catch(() => '')).split('\n').slice(1),
    })),
  );
  return tables.flatMap(({ state, lines }) =>
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === state && links.includes(`socket:[${fields[9]}]`))
      .map((fields) => {
        const [address = '', port = ''] = fields[1]?.split(':') ?? [];
        return { address, port: Number.parseInt(port, 16) };
      }),
  );
};
