import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localHostFigures } from './local-host.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swarm-host-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

test('CPU time is that of all programs of the host, without idle, waiting and stolen time', () => {
  write('proc/stat', 'cpu  100 20 30 4000 50 6 7 800 90 0\ncpu0 1 2 3\ncpu1 1 2 3\nintr 1\n');
  expect(localHostFigures(7, root)).toEqual({
    hostCpuSeconds: 1.63,
    hostStolenSeconds: 8,
    hostCores: 2,
  });
});

test.each([
  [
    'v1',
    '4:memory:/a/b\n0::/\n',
    {
      'memory/a/b/memory.limit_in_bytes': '1000000',
      'memory/a/b/memory.usage_in_bytes': '950000',
      'memory/a/b/memory.stat': 'cache 1\ntotal_inactive_file 50000\n',
    },
  ],
  [
    'v2, of a group above',
    '0::/a/b\n',
    {
      'a/b/memory.max': 'max',
      'a/b/memory.current': '900000',
      'a/memory.max': '1000000',
      'a/memory.current': '950000',
      'a/memory.stat': 'anon 1\ninactive_file 50000\n',
    },
  ],
])('memory is that of the limit that is nearest: %s', (_, cgroup, files) => {
  write('proc/meminfo', 'MemTotal: 8000 kB\nMemAvailable: 6000 kB\n');
  expect(localHostFigures(7, root)).toEqual({ memoryShare: 0.25, memoryLimitBytes: 8_192_000 });
  write('proc/7/cgroup', cgroup);
  for (const [file, text] of Object.entries(files)) write(`sys/fs/cgroup/${file}`, text);
  expect(localHostFigures(7, root)).toEqual({ memoryShare: 0.9, memoryLimitBytes: 1_000_000 });
});

test('the table of tracked connections has its entries, and the packets that found no place', () => {
  write('proc/sys/net/netfilter/nf_conntrack_count', '50\n');
  write('proc/sys/net/netfilter/nf_conntrack_max', '200\n');
  write(
    'proc/net/stat/nf_conntrack',
    'entries  found drop early_drop\n00000032  00000001 0000000a 00000002\n00000032  00000001 00000010 00000000\n',
  );
  expect(localHostFigures(7, root)).toEqual({ conntrackShare: 0.25, conntrackDrops: 26 });
});

test('a host without these files has no figures', () => {
  expect(localHostFigures(7, root)).toEqual({});
});
