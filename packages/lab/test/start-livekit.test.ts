import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { allGone, isRunning } from '@livekit-swarm/testkit/processes';
import { beforeEach, describe, expect, test } from 'vitest';
import { startLiveKit } from '../src/server/start-livekit.ts';
import { LIVEKIT_VERSIONS } from '../src/versions.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-lab-'));
});

describe.each(LIVEKIT_VERSIONS)('livekit-server %s', (version) => {
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

  test('listens for media and HTTP on loopback only', async () => {
    await using server = await startLiveKit({ version, dir });
    const http = await listenersOf('tcp', server.ports.http);
    const udp = await listenersOf('udp', server.ports.udpFirst);
    expect(http).toEqual(['0100007F']);
    expect(udp).toEqual(['0100007F']);
  });
});

test('several at once keep out of each other’s way', async () => {
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

test('a server that ends at once is an error with its own words', async () => {
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

/** Local addresses (hexadecimal, as the kernel writes them) on which this port is bound. */
const listenersOf = async (protocol: 'tcp' | 'udp', port: number): Promise<string[]> => {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    [protocol, `${protocol}6`].map((table) =>
      readFile(`/proc/net/${table}`, 'utf8').catch(() => ''),
    ),
  );
  const LISTEN_OR_UNCONNECTED = protocol === 'tcp' ? '0A' : '07';
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(
      (fields) => fields[1]?.endsWith(`:${wanted}`) === true && fields[3] === LISTEN_OR_UNCONNECTED,
    )
    .map((fields) => fields[1]?.split(':')[0] ?? '');
};
