import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { identifyProcess, isSameProcess } from './process-identity.mjs';

/** No process has it: the largest that Linux hands out is 4,194,304. */
const NO_PID = 2 ** 22 + 1;

const me = identifyProcess(process.pid);

it('is that of this process, and of no later one with its id', () => {
  expect(me).toMatchObject({ pid: process.pid, startedAt: expect.any(Number) });
  if (me === null) return;
  expect(isSameProcess(me)).toBe(true);
  expect(isSameProcess({ ...me, startedAt: (me.startedAt ?? 0) + 1 })).toBe(false);
});

it('is that of this boot: after another one, a process may have the same id and start', () => {
  if (me === null) return;
  expect(isSameProcess({ ...me, bootId: '11111111-2222-3333-4444-555555555555' })).toBe(false);
  expect(isSameProcess({ ...me, bootId: null })).toBe(false);
});

it('is that of no process where the start is not known', () => {
  expect(isSameProcess({ pid: process.pid, startedAt: null, bootId: null })).toBe(false);
});

it('is null of a process that does not exist', () => {
  expect(identifyProcess(NO_PID)).toBeNull();
  expect(identifyProcess(NO_PID, 'darwin')).toBeNull();
});

it('outside Linux, has the time of the start that ps reports', async () => {
  const before = Date.now();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const identity = identifyProcess(pid, 'darwin');
  expect(identity).toEqual({ pid, startedAt: expect.any(Number), bootId: null });
  // In seconds, and counted from a boot that is known to a second.
  expect(Math.abs((identity?.startedAt ?? 0) - before / 1_000)).toBeLessThan(5);
  expect(identifyProcess(pid, 'darwin')).toEqual(identity);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(identifyProcess(pid, 'darwin')).toBeNull();
});
