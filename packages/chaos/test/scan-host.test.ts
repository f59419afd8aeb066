/**
 * Tests that effects of faults are found by their own names, in every network namespace, and
 * removed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Orphan } from '../src/journal/orphan.ts';
import { removeOrphan, scanHost } from '../src/journal/scan-host.ts';
import { processState } from '../src/targets/process/inspect.ts';
import { localHost } from '../src/targets/process/local-host.ts';

const unavailable = await skipWithout('packet-filter', 'cpu-quota');

/** Id of an injection that no journal contains. */
const ID = `t${String(process.pid).padStart(7, '0')}`.slice(0, 8);
const TABLE = `swarm_chaos_${ID}`;
const started: ChildProcess[] = [];
let dir: string;

const start = async (program: string, ...args: string[]): Promise<number> => {
  const child = spawn(program, args, { stdio: 'ignore' });
  await once(child, 'spawn');
  started.push(child);
  return child.pid ?? 0;
};

beforeAll(async () => {
  if (unavailable !== null) return;
  dir = await mkdtemp(join(tmpdir(), 'swarm-scan-'));
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  if (unavailable !== null) return;
  await execa('nft', ['delete', 'table', 'inet', TABLE], { reject: false });
  await rm(dir, { recursive: true, force: true });
});

test('tables and stopped processes', async () => {
  await execa('nft', ['add', 'table', 'inet', TABLE]);
  // A container has its own network namespace.
  const inside = await start('unshare', '--net', 'sleep', '60');
  await expect
    .poll(() =>
      execa('nsenter', ['--target', String(inside), '--net', 'nft', 'add', 'table', 'ip', TABLE], {
        reject: false,
      }).then(({ exitCode }) => exitCode),
    )
    .toBe(0);
  await copyFile('/usr/bin/sleep', join(dir, 'livekit-server'));
  const stopped = await start(join(dir, 'livekit-server'), '60');
  await expect.poll(() => processState(stopped)).toBe('S');
  process.kill(stopped, 'SIGSTOP');
  await expect.poll(() => processState(stopped)).toBe('T');

  // Other drills may run on this host.
  const own = async (): Promise<Orphan[]> =>
    (await scanHost(localHost)).filter(({ injection, pid }) => injection === ID || pid === stopped);
  const found = await own();
  const tables = found.filter(({ kind }) => kind === 'nft_table').map(({ name }) => name);
  expect(tables.sort()).toEqual([`inet ${TABLE}`, `ip ${TABLE}`]);
  expect(found).toContainEqual({
    kind: 'stopped_process',
    name: 'livekit-server',
    pid: stopped,
    instance: expect.stringMatching(new RegExp(`^${stopped}:\\d+$`)),
    injection: null,
  });
  // The scan does not report itself.
  expect(found.map(({ kind }) => kind).sort()).toEqual([
    'nft_table',
    'nft_table',
    'stopped_process',
  ]);
  for (const orphan of found) expect(await removeOrphan(localHost, orphan)).toBeNull();
  await expect.poll(own, { timeout: 10_000 }).toEqual([]);
  expect(processState(stopped)).toMatch(/[SR]/);
});
