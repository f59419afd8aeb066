import { parseScenario } from '@livekit-swarm/scenario';
import { expect, it } from 'vitest';
import { DataQueueFold, waitOf } from './fold-data-queues.ts';

const scenarioOf = (keys: string) =>
  parseScenario(
    `scenario: x
groups:
  room:
    executor: constant-rooms
    rooms: 1
    duration: 10s
    roles: { robot: { count: 2, ${keys} } }
`,
    { file: 'x.yaml' },
  );

const AT_RATE = scenarioOf('data: 500/s:15000B');

const QUEUE = {
  ...{ group: 'room', role: 'robot', peers: 2, messages: 1_000 },
  ...{ bytes: 2_000_000, refused: 0, bytesAhead: 100_000_000 },
};

it('a message waits for what is ahead of it, at the rate of its own connection', () => {
  // 100 kB are ahead of each message, and each of two connections sends 1 MB/s, every 2 ms.
  expect(waitOf(QUEUE, 1_000)).toBeCloseTo(98);
  expect(waitOf({ ...QUEUE, bytes: 0 }, 1_000)).toBeNull();
});

it('a message does not wait for what is only on its way, or not acknowledged yet', () => {
  expect(waitOf({ ...QUEUE, rttMs: 60 }, 1_000)).toBeCloseTo(38);
  expect(waitOf({ ...QUEUE, rttMs: 150 }, 1_000)).toBe(0);
  // Ten messages of 200 bytes: SCTP acknowledges every second one, so that one is ahead of five.
  const slow = { ...QUEUE, peers: 1, messages: 10, bytes: 2_000, bytesAhead: 1_000 };
  expect(waitOf(slow, 1_000)).toBe(0);
});

it('notes the longest wait of a role, and the messages without room', () => {
  const fold = new DataQueueFold();
  fold.add([QUEUE], 1_000);
  fold.add([{ ...QUEUE, bytesAhead: 50_000_000, refused: 3 }], 1_000);
  expect(fold.notes(AT_RATE)).toEqual([
    { code: 'data_queued', group: 'room', role: 'robot', messages: 2_000, refused: 3, waitMs: 98 },
  ]);
});

it('notes no short wait', () => {
  const fold = new DataQueueFold();
  fold.add([{ ...QUEUE, bytesAhead: 40_000_000 }], 1_000);
  expect(fold.notes(AT_RATE)).toEqual([]);
});

it('notes no queue of streams, which fill the buffer on purpose', () => {
  const fold = new DataQueueFold();
  fold.add([QUEUE], 1_000);
  expect(fold.notes(scenarioOf('dataStreams: { to: robot }'))).toEqual([]);
});
