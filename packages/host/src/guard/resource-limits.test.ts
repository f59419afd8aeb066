import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectLimits, limitResources, removeStaleLimits } from './resource-limits.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swarm-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const group = (...under: string[]): string => join(root, ...under, `livekit-swarm-${process.pid}`);
const textOf = (...path: string[]): string => readFileSync(join(...path), 'utf8');

test('sets the quota of cgroup v2', () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpuset cpu io memory\n');
  limitResources({ cpuCores: 0.25 }, root).add(42);
  expect(textOf(root, 'cgroup.subtree_control')).toBe('+cpu');
  expect(textOf(group(), 'cpu.max')).toBe('25000 100000');
  expect(textOf(group(), 'cgroup.procs')).toBe('42');
});

test('sets the quota of cgroup v1 where v2 is mounted without the CPU controller', () => {
  mkdirSync(join(root, 'unified'));
  writeFileSync(join(root, 'unified', 'cgroup.controllers'), 'hugetlb\n');
  mkdirSync(join(root, 'cpu'));
  writeFileSync(join(root, 'cpu', 'tasks'), '');
  limitResources({ cpuCores: 1.5 }, root);
  expect(textOf(group('cpu'), 'cpu.cfs_quota_us')).toBe('150000');
  expect(textOf(group('cpu'), 'cpu.cfs_period_us')).toBe('100000');
});

test('sets CPU and memory in one group of cgroup v2, and keeps swap space from adding to it', () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory\n');
  mkdirSync(group());
  writeFileSync(join(group(), 'memory.swap.max'), 'max');
  limitResources({ cpuCores: 0.5, memoryBytes: 200_000_000 }, root).add(42);
  expect(textOf(group(), 'cpu.max')).toBe('50000 100000');
  expect(textOf(group(), 'memory.max')).toBe('200000000');
  expect(textOf(group(), 'memory.swap.max')).toBe('0');
  expect(textOf(group(), 'cgroup.procs')).toBe('42');
});

test('sets memory in a group of its own of cgroup v1, next to that of the CPU', () => {
  for (const controller of ['cpu', 'memory']) {
    mkdirSync(join(root, controller));
    writeFileSync(join(root, controller, 'tasks'), '');
  }
  limitResources({ cpuCores: 1, memoryBytes: 50_000_000 }, root).add(7);
  expect(textOf(group('memory'), 'memory.limit_in_bytes')).toBe('50000000');
  expect(textOf(group('cpu'), 'cgroup.procs')).toBe('7');
  expect(textOf(group('memory'), 'cgroup.procs')).toBe('7');
});

test('names memory where only the CPU can be limited', () => {
  mkdirSync(join(root, 'cpu'));
  writeFileSync(join(root, 'cpu', 'tasks'), '');
  expect(() => limitResources({ cpuCores: 1, memoryBytes: 50_000_000 }, root)).toThrow(
    expect.objectContaining({ code: 'no_memory_limit' }),
  );
});

/** Reason why the kernel of this host limits nothing for this process; null: it does. */
const whyNoLimits = (): string | null => {
  try {
    expectLimits({ cpuCores: 1, memoryBytes: 50_000_000 });
    return null;
  } catch (error) {
    return String(error);
  }
};

test('removes the group of the CPU where the kernel refuses the limit of memory', ({ skip }) => {
  const reason = whyNoLimits();
  skip(reason !== null, reason ?? '');
  const groups = ['.', 'unified', 'cpu', 'cpu,cpuacct', 'memory'].map((hierarchy) =>
    join('/sys/fs/cgroup', hierarchy, `livekit-swarm-${process.pid}`),
  );
  limitResources({ cpuCores: 1 });
  expect(groups.some(existsSync)).toBe(true);
  expect(() => limitResources({ cpuCores: 1, memoryBytes: Number.NaN })).toThrow(
    expect.objectContaining({ code: 'no_memory_limit' }),
  );
  expect(groups.filter(existsSync)).toEqual([]);
});

test('throws where there are no control groups, and leaves nothing behind', () => {
  expect(() => limitResources({ cpuCores: 1 }, root)).toThrow(
    expect.objectContaining({
      code: 'no_cpu_limit',
      message: expect.stringContaining(`no control groups in ${root}`),
    }),
  );
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu');
  mkdirSync(join(root, 'cgroup.subtree_control'));
  expect(() => expectLimits({ cpuCores: 1 }, root)).toThrow(
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
  removeStaleLimits(root);
  expect([existsSync(mine), existsSync(dead), existsSync(others)]).toEqual([true, false, true]);
});
