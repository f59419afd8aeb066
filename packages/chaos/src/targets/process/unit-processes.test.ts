import { expect, test } from 'vitest';
import type { Host } from './local-host.ts';
import { unitsOf } from './systemd.ts';

/** Host whose unit has processes, but no main process (Type=forking without a PIDFile). */
const host = (main: number, procs: string): Host => ({
  run: async () => ({
    stdout: `LoadState=loaded\nMainPID=${main}\nControlGroup=/system.slice/turn.service\nRestart=no\n`,
    stderr: '',
    code: 0,
  }),
  read: async (path) => (path.endsWith('/system.slice/turn.service/cgroup.procs') ? procs : null),
});

test('a unit without a main process runs as long as it has processes', async () => {
  const units = unitsOf(host(0, '4712\n4711\n'), 'lk-1');
  expect((await units.show('turn.service')).pid).toBe(4711);
  expect((await units.processes('turn.service')).sort()).toEqual([4711, 4712]);
});

test('a unit without processes does not run', async () => {
  const units = unitsOf(host(0, ''), 'lk-1');
  expect((await units.show('turn.service')).pid).toBeNull();
  expect(await units.processes('turn.service')).toEqual([]);
});

test('the main process comes first, regardless of its ID', async () => {
  const units = unitsOf(host(4712, '4711\n4712\n'), 'lk-1');
  expect((await units.show('turn.service')).pid).toBe(4712);
});
