import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ClusterNode } from '../cluster/cluster-layout.ts';
import { createNodePrograms, type NodeProgram } from '../cluster/node-programs.ts';
import type { Service } from '../cluster/service.ts';
import { openControl } from './control.ts';
import { labProgram, labService } from './lab-service.ts';

let cache: string;
let server: Server | null = null;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'swarm-control-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterEach(() => {
  server?.close();
  server = null;
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

/** Makes a service whose process, while it runs, is this one. */
const fakeService = (): { service: Service; calls: string[] } => {
  const calls: string[] = [];
  let pid: number | null = process.pid;
  const service: Service = {
    name: 'redis',
    url: '',
    logFile: '',
    get pid() {
      return pid;
    },
    start: async () => {
      calls.push('start');
      pid = process.pid;
    },
    stop: async () => {
      calls.push('stop');
      pid = null;
    },
    reload: async () => void calls.push('reload'),
    signal: (signal) => void calls.push(signal),
    ended: async () => null,
    describe: () => void calls.push('describe'),
  };
  return { service, calls };
};

const FIRST: NodeProgram = { binary: { path: '/bin/a', version: '1.11.0' }, config: {} };
const SECOND: NodeProgram = { binary: { path: '/bin/b', version: '1.13.4' }, config: {} };
const NODE: ClusterNode = {
  ...{ name: 'node-1', url: '', httpUrl: '', metricsUrl: '', logFile: '', redisHost: null },
  ports: { http: 1, metrics: 2, udpFirst: 3, udpLast: 3 },
  paths: { iceTcpPort: null, turnPort: null },
};

const open = async (): Promise<{ path: string; calls: string[] }> => {
  const { mkdir } = await import('node:fs/promises');
  const folder = join(cache, 'livekit-swarm', 'labs', 'mine');
  await mkdir(folder, { recursive: true });
  const { service, calls } = fakeService();
  const path = join(folder, 'control.sock');
  server = await openControl(path, {
    nodes: [NODE],
    programs: createNodePrograms(FIRST, (node, { binary: { version } }) => {
      if (node !== NODE.name) throw new SwarmError('no_service', `there is no node ${node}`);
      calls.push(`program ${version}`);
    }),
    certificate: null,
    backends: null,
    service: (name) => {
      if (name === service.name || name === NODE.name) return service;
      throw new SwarmError('no_service', `there is no ${name} in this lab`, 'there are redis');
    },
  });
  return { path, calls };
};

test('a service is ended, inspected, signalled and started by another process', async () => {
  const { calls } = await open();
  expect(await labService('mine', 'redis', 'stop')).toBeNull();
  expect(await labService('mine', 'redis', 'look')).toBeNull();
  expect(await labService('mine', 'redis', 'start')).toMatchObject({ pid: process.pid });
  expect(await labService('mine', 'redis', 'SIGSTOP')).toMatchObject({ pid: process.pid });
  expect(calls).toEqual(['stop', 'start', 'SIGSTOP']);
});

test('the program of a node is changed by another process, kept, and restored', async () => {
  const { calls } = await open();
  expect(await labProgram('mine', 'node-1', null)).toEqual({ program: FIRST, isChanged: false });
  const changed = { program: SECOND, isChanged: true };
  expect(await labProgram('mine', 'node-1', { use: SECOND })).toEqual(changed);
  expect(await labProgram('mine', 'node-1', 'restore')).toEqual({
    program: FIRST,
    isChanged: false,
  });
  await labProgram('mine', 'node-1', { use: SECOND });
  expect(await labProgram('mine', 'node-1', 'keep')).toMatchObject({ isChanged: false });
  expect(await labProgram('mine', 'node-1', 'restore')).toMatchObject({ program: SECOND });
  expect(calls).toEqual(['program 1.13.4', 'program 1.11.0', 'program 1.13.4', 'program 1.13.4']);
  await expect(labProgram('mine', 'redis', 'restore')).rejects.toMatchObject({
    code: 'no_service',
  });
});

test('other users have no access', async () => {
  const { path } = await open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('reports errors', async () => {
  await expect(labService('mine', 'redis', 'look')).rejects.toMatchObject({
    code: 'no_lab',
    message: expect.stringContaining('"mine"'),
  });
  const { path } = await open();
  await expect(labService('mine', 'turn', 'look')).rejects.toMatchObject({ code: 'no_service' });
  await expect(labService('../mine', 'redis', 'look')).rejects.toMatchObject({
    code: 'bad_name',
  });
  const reply = await new Promise<string>((resolve) => {
    const socket = connect({ path })
      .setEncoding('utf8')
      .once('data', (text) => resolve(String(text)));
    socket.write('{"service":"redis","action":"SIGWHAT"}\n');
  });
  expect(JSON.parse(reply)).toMatchObject({ error: { code: 'bad_request' } });
});
