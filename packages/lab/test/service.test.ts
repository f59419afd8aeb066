import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createService, type Service } from '../src/cluster/service.ts';
import { GRACEFUL_STOP } from '../src/cluster/service-spec.ts';

/** Program that keeps running even if it cannot listen. */
const PROGRAM = `
require('node:net').createServer().on('error', () => {}).listen(process.argv[1]);
setInterval(() => {}, 1_000);
`;

let dir: string;
let service: Service;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-service-'));
  const path = join(dir, 'socket');
  service = createService({
    name: 'listener',
    command: process.execPath,
    args: ['-e', PROGRAM, path],
    env: {},
    files: {},
    logFile: join(dir, 'listener.log'),
    ready: { path },
    readyWithinMs: 20_000,
    stopSteps: GRACEFUL_STOP,
    url: '',
  });
});
afterEach(async () => {
  await service.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Process ids whose command line contains the socket. */
const pids = async (): Promise<number[]> => {
  const { stdout } = await execa('pgrep', ['-f', join(dir, 'socket')], { reject: false });
  return stdout.split('\n').filter(Boolean).map(Number);
};

it('starts one process for callers that start it at the same time', async () => {
  await Promise.all([service.start(), service.start()]);
  await service.start();
  expect(await pids()).toContain(service.pid);
  await service.stop();
  expect(await pids()).toEqual([]);
});

it('leaves no process when it is stopped while it starts', async () => {
  const started = service.start().catch((error: Error) => error.message);
  await service.stop();
  expect(service.pid).toBeNull();
  expect(await started).toContain('ended at once');
});

it('reports no unexpected end of the process that a reload replaces', async () => {
  const path = join(dir, 'socket');
  const asked: boolean[] = [];
  const reloaded = createService(
    {
      name: 'listener',
      command: '/bin/sh',
      args: ['-c', `[ -z "$1" ] || kill "$1"; exec "$0" -e "$PROGRAM" '${path}'`, process.execPath],
      env: { PROGRAM },
      files: {},
      logFile: join(dir, 'listener.log'),
      ready: { path },
      readyWithinMs: 20_000,
      stopSteps: GRACEFUL_STOP,
      takeOver: (pid) => [String(pid)],
      url: '',
    },
    (_end, wasAsked) => asked.push(wasAsked),
  );
  onTestFinished(() => reloaded.stop());
  await reloaded.start();
  const old = reloaded.ended();
  // The second one takes over from the process of the first.
  await Promise.all([reloaded.reload(), reloaded.reload()]);
  await old;
  await reloaded.stop();
  expect(asked).toEqual([true, true, true]);
  expect(await pids()).toEqual([]);
});
