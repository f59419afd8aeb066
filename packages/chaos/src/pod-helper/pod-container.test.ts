import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitFiles } from './limit-files.ts';
import {
  controllerFolder,
  findContainer,
  type KernelFolders,
  socketGroupOf,
} from './pod-container.ts';

const ID = '1f3a'.repeat(16);
const POD = 'kubepods-burstable-podc5c6ea5a_5d2f_4a0b_9a55_b1b2d5e1e001.slice';
const SYSTEMD = `/kubepods.slice/kubepods-burstable.slice/${POD}/cri-containerd-${ID}.scope`;
const CGROUPFS = `/kubepods/burstable/podc5c6ea5a-5d2f-4a0b-9a55-b1b2d5e1e001/${ID}`;

let kernel: KernelFolders;
beforeEach(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarm-kernel-'));
  kernel = { proc: join(dir, 'proc'), cgroup: join(dir, 'cgroup') };
});
afterEach(() => rm(join(kernel.proc, '..'), { recursive: true, force: true }));

const file = async (path: string, text = ''): Promise<void> => {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
};
const runs = async (pid: number, startedAt: number, cgroup: string): Promise<void> => {
  await file(join(kernel.proc, `${pid}/cgroup`), cgroup);
  const fields = ['S', ...Array.from({ length: 18 }, () => '0'), String(startedAt), '0'];
  await file(join(kernel.proc, `${pid}/stat`), `${pid} (a) b) ${fields.join(' ')}`);
};

describe('a container on a node', () => {
  it('is found with the systemd driver and cgroup v2, its oldest process first', async () => {
    await runs(1, 1, '0::/init.scope\n');
    await runs(70, 900, `0::${SYSTEMD}\n`);
    await runs(90, 500, `0::${SYSTEMD}\n`);
    await file(join(kernel.cgroup, 'cgroup.controllers'), 'cpu memory\n');
    await file(join(kernel.cgroup, SYSTEMD, 'cpu.max'), '200000 100000\n');
    const container = findContainer(`containerd://${ID}`, kernel);
    expect(container.pids).toEqual([90, 70]);
    expect(socketGroupOf(container, `containerd://${ID}`, kernel)).toEqual({
      path: `kubepods.slice/kubepods-burstable.slice/${POD}`,
      level: 3,
    });
    expect(limitFiles(container, { type: 'cpu', cores: 0.3 }, kernel)).toEqual([
      {
        path: join(kernel.cgroup, SYSTEMD, 'cpu.max'),
        before: '200000 100000',
        during: '30000 100000',
      },
    ]);
    expect(() => limitFiles(container, { type: 'cpu', cores: 2 }, kernel)).toThrow(/2 cores/);
  });

  it('is found with cgroup v1 next to v2', async () => {
    await runs(90, 500, `5:memory:${CGROUPFS}\n2:cpu,cpuacct:${CGROUPFS}\n0::${CGROUPFS}\n`);
    await file(join(kernel.cgroup, 'unified/cgroup.procs'));
    const memory = join(kernel.cgroup, 'memory', CGROUPFS);
    await file(join(memory, 'memory.limit_in_bytes'), '9223372036854771712\n');
    await file(join(memory, 'memory.usage_in_bytes'), '1048576\n');
    await file(join(kernel.cgroup, 'cpu,cpuacct', CGROUPFS, 'cpu.cfs_quota_us'), '-1\n');
    const container = findContainer(`cri-o://${ID}`, kernel);
    expect(socketGroupOf(container, `cri-o://${ID}`, kernel)).toEqual({
      path: 'unified/kubepods/burstable/podc5c6ea5a-5d2f-4a0b-9a55-b1b2d5e1e001',
      level: 3,
    });
    expect(controllerFolder(container, 'cpu', kernel)).toEqual({
      folder: join(kernel.cgroup, 'cpu,cpuacct', CGROUPFS),
      version: 1,
    });
    expect(limitFiles(container, { type: 'memory', megabytes: 3 }, kernel)).toEqual([
      {
        path: join(memory, 'memory.limit_in_bytes'),
        before: '9223372036854771712',
        during: String(4 * 1_048_576),
      },
    ]);
  });

  it('is refused where it cannot be distinguished from others', async () => {
    await runs(90, 500, `0::/../../${ID}\n`);
    expect(() => findContainer(`containerd://${ID}`, kernel)).toThrow(/cgroup namespace/);
    expect(() => findContainer('containerd://0000', kernel)).toThrow(/no process/);
    await runs(90, 500, `5:memory:${CGROUPFS}\n`);
    const container = findContainer(`containerd://${ID}`, kernel);
    expect(() => socketGroupOf(container, `containerd://${ID}`, kernel)).toThrow(
      /no cgroup \(v2\) of their own/,
    );
  });
});
