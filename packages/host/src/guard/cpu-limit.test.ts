import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectCpuLimits, limitCpu, removeStaleCpuLimits } from './cpu-limit.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swarm-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const group = (...under: string[]): string => join(root, ...under, `livekit-swarm-${process.pid}`);
const textOf = (...path: string[]): string => readFileSync(join(...path), 'utf8');

test('sets the quota of cgroup v2', () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpuset cpu io memory\n');
  limitCpu(0.25, root).add(42);
  expect(textOf(root, 'cgroup.subtree_control')).toBe('+cpu');
  expect(textOf(group(), 'cpu.max')).toBe('25000 100000');
  expect(textOf(group(), 'cgroup.procs')).toBe('42');
});

test('sets the quota of cgroup v1 where v2 is mounted without the CPU controller', () => {
  mkdirSync(join(root, 'unified'));
  writeFileSync(join(root, 'unified', 'cgroup.controllers'), 'hugetlb\n');
  mkdirSync(join(root, 'cpu'));
  writeFileSync(join(root, 'cpu', 'tasks'), '');
  limitCpu(1.5, root);
  expect(textOf(group('cpu'), 'cpu.cfs_quota_us')).toBe('150000');
  expect(textOf(group('cpu'), 'cpu.cfs_period_us')).toBe('100000');
});

test('throws where there are no control groups, and leaves nothing behind', () => {
  expect(() => limitCpu(1, root)).toThrow(
    expect.objectContaining({
      code: 'no_cpu_limit',
      message: expect.stringContaining(`no control groups in ${root}`),
    }),
  );
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu');
  mkdirSync(join(root, 'cgroup.subtree_control'));
  expect(() => expectCpuLimits(root)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('EISDIR') }),
  );
  expect(existsSync(group())).toBe(false);
});

test('removes groups of dead processes, and nothing else', () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu');
  const mine = group();
  const dead = join(root, 'livekit-swarm-4194305');
  const others = join(root, 'system.slice');
  for (const folder of [mine, dead, others]) mkdirSync(folder);
  removeStaleCpuLimits(root);
  expect([existsSync(mine), existsSync(dead), existsSync(others)]).toEqual([true, false, true]);
});
