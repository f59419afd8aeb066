import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import { AUDIO, openTestRoom, seconds, until } from './support/test-room.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const CAMERA = {
  kind: 'video',
  source: 'camera',
  codec: 'vp8',
  resolution: '180p',
  simulcast: false,
} as const;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const heapBytes = async (): Promise<number> => {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await seconds(0.1);
  }
  return process.memoryUsage().heapUsed;
};

const descriptors = (): number => readdirSync('/proc/self/fd').length;

test('a leave releases everything: memory and descriptors are the same after a hundred sessions as after thirty', async () => {
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  let next = 0;
  /** Let ten participants join, receive each other, and leave. */
  const wave = async (): Promise<void> => {
    const indices = Array.from({ length: 10 }, () => next++);
    await testRoom.join(...indices.map(() => ({ publish: [AUDIO, CAMERA] })));
    await seconds(0.5);
    expect(testRoom.sample().connected).toBe(10);
    const lines = await Promise.all(indices.map((index) => testRoom.leaveOne(index)));
    expect(lines.map(({ outcome }) => outcome)).toEqual(indices.map(() => 'left'));
    testRoom.events.length = 0;
    // One more sample has the last counters, which are then released.
    testRoom.sample();
    await until('nothing is counted any more', () => testRoom.sample().series.length === 0);
  };
  for (let i = 0; i < 3; i++) await wave();
  const before = { heap: await heapBytes(), descriptors: descriptors() };
  for (let i = 0; i < 7; i++) await wave();
  const after = { heap: await heapBytes(), descriptors: descriptors() };
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 2);
  // 70 sessions: less than 15 kB each, most of it code that was compiled meanwhile.
  expect(after.heap - before.heap).toBeLessThan(1_000_000);
});
