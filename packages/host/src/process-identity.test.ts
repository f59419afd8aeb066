import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { identifyProcess, isSameProcess } from './process-identity.mjs';

/** Process id that no process has: Linux assigns at most 4,194,304. */
const NO_PID = 2 ** 22 + 1;

const me = identifyProcess(process.pid);

it('is that of this process, and not of a later one with the same id', () => {
  expect(me).toMatchObject({ pid: process.pid, startedAt: expect.any(Number) });
  if (me === null) return;
  expect(isSameProcess(me)).toBe(true);
  expect(isSameProcess({ ...me, startedAt: (me.startedAt ?? 0) + 1 })).toBe(false);
});

it('is bound to this boot: after a reboot, another process may have the same id and start', () => {
  if (me === null) return;
  expect(isSameProcess({ ...me, bootId: '11111111-2222-3333-4444-555555555555' })).toBe(false);
  expect(isSameProcess({ ...me, bootId: null })).toBe(false);
});

it('matches no process if the start is unknown', () => {
  expect(isSameProcess({ pid: process.pid, startedAt: null, bootId: null })).toBe(false);
});

it('is null for a process that does not exist', () => {
  expect(identifyProcess(NO_PID)).toBeNull();
  expect(identifyProcess(NO_PID, 'darwin')).toBeNull();
});

it('uses the start time that ps reports outside Linux', async () => {
  const before = Date.now();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const identity = identifyProcess(pid, 'darwin');
  expect(identity).toEqual({ pid, startedAt: expect.any(Number), bootId: null });
  // ps counts in seconds, from a boot that is known to the second.
  expect(Math.abs((identity?.startedAt ?? 0) - before / 1_000)).toBeLessThan(5);
  expect(identifyProcess(pid, 'darwin')).toEqual(identity);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(identifyProcess(pid, 'darwin')).toBeNull();
});
