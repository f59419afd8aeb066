import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { oomKillsOf } from './oom-kills.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swarm-oom-'));
  write('proc/vmstat', 'pgfault 9\noom_kill 40\n');
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

test.each([
  ['v2', '0::/a/b\n', 'sys/fs/cgroup/a/b/memory.events', 'max 3\noom 2\noom_kill '],
  ['v2 next to v1', '1:cpu:/\n0::/a\n', 'sys/fs/cgroup/unified/a/memory.events', 'oom_kill '],
  [
    'v1',
    '4:memory:/a/b\n0::/\n',
    'sys/fs/cgroup/memory/a/b/memory.oom_control',
    'under_oom 0\noom_kill ',
  ],
  ['no control group of memory', '0::/\n', 'proc/vmstat', 'pgfault 9\noom_kill '],
])('counts from now on, in the control group of the process: %s', (_, cgroup, file, text) => {
  write('proc/7/cgroup', cgroup);
  write(file, `${text}3\n`);
  const oomKills = oomKillsOf(7, root);
  expect(oomKills()).toBe(0);
  write(file, `${text}4\n`);
  expect(oomKills()).toBe(1);
});

test('returns zero where the kernel has no counter', () => {
  rmSync(join(root, 'proc'), { recursive: true });
  expect(oomKillsOf(7, root)()).toBe(0);
});
