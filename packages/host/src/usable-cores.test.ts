import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usableCores } from './usable-cores.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swarm-cores-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (files: Record<string, string>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
};
const cores = (files: Record<string, string>): number => {
  write(files);
  return usableCores({
    proc: join(root, 'proc'),
    cgroups: join(root, 'cgroup'),
    cpus: join(root, 'cpu'),
  });
};
const STATUS = 'Name:\tnode\nCpus_allowed_list:\t0-3,8\n';

describe('usableCores', () => {
  it('counts the cores of the affinity', () => {
    expect(cores({ 'proc/status': STATUS })).toBe(5);
  });

  it('ignores processors that are offline', () => {
    const files = { 'proc/status': 'Cpus_allowed_list:\t0-127\n', 'cpu/online': '0-1\n' };
    expect(cores(files)).toBe(2);
  });

  it('returns all cores where the affinity cannot be read', () => {
    expect(cores({})).toBe(availableParallelism());
  });

  it('applies the smallest quota of the group and its parents, version 2', () => {
    const files = {
      'proc/status': STATUS,
      'proc/cgroup': '0::/system.slice/swarm.service\n',
      'cgroup/system.slice/cpu.max': '150000 100000\n',
      'cgroup/system.slice/swarm.service/cpu.max': 'max 100000\n',
    };
    expect(cores(files)).toBe(1.5);
    expect(cores({ 'cgroup/system.slice/swarm.service/cpu.max': '50000 100000\n' })).toBe(0.5);
  });

  it('applies the quota of a container that sees only its own root', () => {
    const files = {
      'proc/cgroup': '0::/docker/0123\n',
      'cgroup/cpu.max': '200000 100000\n',
      'proc/status': STATUS,
    };
    expect(cores(files)).toBe(2);
  });

  it('applies the quota of version 1', () => {
    const files = {
      'proc/status': STATUS,
      'proc/cgroup': '3:cpuset:/\n2:cpu,cpuacct:/limited\n0::/\n',
      'cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'cgroup/cpu/cpu.cfs_period_us': '100000\n',
      'cgroup/cpu/limited/cpu.cfs_quota_us': '75000\n',
      'cgroup/cpu/limited/cpu.cfs_period_us': '100000\n',
    };
    expect(cores(files)).toBe(0.75);
  });

  it('is a positive number on this host', () => {
    expect(usableCores()).toBeGreaterThan(0);
    expect(usableCores()).toBeLessThanOrEqual(4_096);
  });
});
