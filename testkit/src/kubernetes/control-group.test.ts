import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  emptyControlGroup,
  enterControlGroup,
  makeControlGroup,
  planControlGroup,
  processesIn,
  removeControlGroup,
} from './control-group.ts';
import { readMounts } from './mounts.ts';

const V1 = `31 25 0:28 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
32 25 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
33 25 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
`;

test('there is one group in each hierarchy', () => {
  const { folders, entrances } = planControlGroup('lab', readMounts(V1));
  expect(folders).toEqual([
    '/sys/fs/cgroup/cpuset/lab',
    '/sys/fs/cgroup/systemd/lab',
    '/sys/fs/cgroup/unified/lab',
  ]);
  expect(entrances).toEqual(folders.map((folder) => `${folder}/programs`));
  const v2 = planControlGroup(
    'lab',
    readMounts('31 25 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n'),
  );
  expect(v2.folders).toEqual(['/sys/fs/cgroup/lab']);
});

test('an error is thrown without any hierarchy', () => {
  expect(() =>
    planControlGroup('lab', readMounts('22 28 0:20 / /proc rw - proc proc rw\n')),
  ).toThrow(/no control groups/);
});

test('a v1 group gets the processors of the one above', () => {
  const root = mkdtempSync(join(tmpdir(), 'swarm-cgroup-'));
  writeFileSync(join(root, 'cpuset.cpus'), '0-3\n');
  mkdirSync(join(root, 'lab', 'programs'), { recursive: true });
  for (const group of ['lab', 'lab/programs'])
    writeFileSync(join(root, group, 'cpuset.cpus'), '\n');
  makeControlGroup({
    name: 'lab',
    folders: [join(root, 'lab')],
    entrances: [join(root, 'lab', 'programs')],
  });
  expect(readFileSync(join(root, 'lab', 'programs', 'cpuset.cpus'), 'utf8')).toBe('0-3');
});

test('a command runs in the group with unchanged arguments', () => {
  const folder = mkdtempSync(join(tmpdir(), 'swarm-cgroup-'));
  const group = { name: 'lab', folders: [folder], entrances: [folder] };
  const [program, ...args] = enterControlGroup(group, ['/bin/echo', '--', 'a b', '$HOME']);
  expect(execFileSync(program, args, { encoding: 'utf8' })).toBe('-- a b $HOME\n');
  expect(processesIn([folder])).toHaveLength(1);
});

test.runIf(process.getuid?.() === 0 && existsSync('/sys/fs/cgroup'))(
  'what is in the group is ended, and what it has started',
  async () => {
    const group = planControlGroup(`livekit-swarm-test-${process.pid}`);
    makeControlGroup(group);
    const [program, ...args] = enterControlGroup(group, [
      '/bin/sh',
      '-c',
      'setsid sleep 600 & setsid sleep 600 & wait',
    ]);
    const child = spawn(program, args, { stdio: 'ignore' });
    const ended = new Promise<string | null>((resolve) =>
      child.once('exit', (_, signal) => resolve(signal)),
    );
    await expect.poll(() => processesIn(group.folders)).toHaveLength(3);
    expect(await emptyControlGroup(group.folders)).toBe(true);
    expect(await ended).toBe('SIGKILL');
    expect(await removeControlGroup(group.folders)).toBe(true);
    expect(group.folders.filter((folder) => existsSync(folder))).toEqual([]);
  },
);
