import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hasListener, isEngineHere, listensAt, processHere } from './process-here.ts';

it('finds nothing for a container on another host, even if the engine reports a PID', () => {
  expect(processHere('f'.repeat(64), process.pid)).toBeNull();
  expect(processHere('f'.repeat(64), 0)).toBeNull();
});

it('distinguishes listening from connected sockets', () => {
  const table = `  sl  local_address rem_address   st tx_queue
   0: 0100007F:1EC8 00000000:0000 0A 00000000:00000000
   1: 0100007F:1EC9 0100007F:1EC8 01 00000000:00000000
   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000`;
  expect([7_880, 7_881, 80, 8_000].map((port) => hasListener(table, port))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

it.skipIf(process.platform !== 'linux')(
  'sees what listens in a network, and sockets that were made in it',
  async () => {
    const tcp = createServer().listen(0, '127.0.0.1');
    const path = join(mkdtempSync(join(tmpdir(), 'swarm-socket-')), 'docker.sock');
    const unix = createServer().listen(path);
    await Promise.all([once(tcp, 'listening'), once(unix, 'listening')]);
    const address = tcp.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(listensAt(process.pid, port)).toBe(true);
    expect(isEngineHere(`unix://${path}`)).toBe(true);
    expect(isEngineHere(`unix://${path}.other`)).toBe(false);
    expect(isEngineHere('tcp://127.0.0.1:2375')).toBe(false);
    tcp.close();
    unix.close();
    await Promise.all([once(tcp, 'close'), once(unix, 'close')]);
    expect(listensAt(process.pid, port)).toBe(false);
  },
);
