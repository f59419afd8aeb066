import { expect, test } from 'vitest';
import { mountsBelow, readMounts } from './mounts.ts';

const MOUNTINFO = `22 28 0:20 / /proc rw,nosuid - proc proc rw
30 22 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
41 28 0:40 / /tmp/lab rw - tmpfs tmpfs rw,size=1k
42 41 0:41 / /tmp/lab/data/a\\040b rw - tmpfs tmpfs rw
43 41 8:1 /var/x /tmp/lab/data/rootfs rw master:1 - ext4 /dev/sda1 rw
44 28 0:42 / /tmp/laboratory/data rw - tmpfs tmpfs rw
`;

test('mounts are parsed from the list of the kernel', () => {
  const mounts = readMounts(MOUNTINFO);
  expect(mounts).toHaveLength(6);
  expect(mounts[1]).toEqual({
    root: '/',
    path: '/sys/fs/cgroup/cpu,cpuacct',
    type: 'cgroup',
    options: ['rw', 'cpu', 'cpuacct'],
  });
  expect(mounts[3]?.path).toBe('/tmp/lab/data/a b');
  expect(mounts[4]?.root).toBe('/var/x');
});

test('folders with the same prefix are not below a folder', () => {
  expect(mountsBelow('/tmp/lab', readMounts(MOUNTINFO))).toEqual([
    '/tmp/lab/data/a b',
    '/tmp/lab/data/rootfs',
  ]);
  expect(mountsBelow('/tmp/nothing', readMounts(MOUNTINFO))).toEqual([]);
});
