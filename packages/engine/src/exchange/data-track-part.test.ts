import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DataTrackPart } from './data-track-part.ts';
import { exchangeOf } from './exchange-part.ts';
import { noFrames } from './exchange-result.ts';
import { frameOf, readFrame } from './frames.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Robot beside pilots that owe it a frame at an interval. */
const robot = (everyMs: number, others: string[]) => {
  const frames = noFrames();
  const part = new DataTrackPart({
    room: { others: () => others, publish: () => Promise.reject(new Error('is not used')) },
    ...{ publishes: null, frames: () => frames, isElsewhere: () => false },
    subscribes: { name: 'swarm.robot', publishers: [{ identities: 'x-1-p', everyMs }] },
  });
  part.connected();
  const announce = (publisher: string) => {
    const receive = part.announced('swarm.robot', publisher);
    return (number: number) => receive?.(frameOf(number, 12));
  };
  return { part, frames, announce };
};

test('a publisher whose track never appears is silent, and other participants owe nothing', async () => {
  const { part, frames } = robot(20, ['x-1-p1', 'x-1-r2']);
  await vi.advanceTimersByTimeAsync(20_000);
  part.end();
  expect(frames).toMatchObject({ tracks: 1, silent: 1, received: 0, lost: 0 });
});

test('a slow track is not silent while its next frame may come', async () => {
  const { part, frames, announce } = robot(10_000, ['x-1-p1']);
  const send = announce('x-1-p1');
  await vi.advanceTimersByTimeAsync(12_000);
  for (const number of [0, 1, 2]) {
    send(number);
    await vi.advanceTimersByTimeAsync(10_000);
  }
  part.end();
  expect(frames).toMatchObject({ tracks: 1, silent: 0, received: 3, lost: 0 });
});

test('frames of a dead track count as lost while its publisher is in the room', async () => {
  const others = ['x-1-p1'];
  const { part, frames, announce } = robot(100, others);
  const send = announce('x-1-p1');
  send(0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(frames.received).toBe(1);
  expect(frames.lost).toBeGreaterThanOrEqual(90);
  expect(frames.lost).toBeLessThanOrEqual(100);
  const { lost } = frames;
  others.length = 0;
  part.roomChanged();
  await vi.advanceTimersByTimeAsync(20_000);
  part.end();
  expect(frames.lost).toBe(lost);
});

test('while the own connection is lost, no frames are expected', async () => {
  const { part, frames, announce } = robot(100, ['x-1-p1']);
  const send = announce('x-1-p1');
  send(0);
  await vi.advanceTimersByTimeAsync(100);
  part.lost();
  await vi.advanceTimersByTimeAsync(20_000);
  part.connected();
  await vi.advanceTimersByTimeAsync(1_000);
  send(5);
  await vi.advanceTimersByTimeAsync(100);
  part.end();
  // Frames whose numbers are missing are lost.
  expect(frames).toMatchObject({ received: 2, lost: 4, silent: 0 });
});

/** Pilot with one robot, for which a frame is scheduled every 100 ms, and what its client does. */
const pilot = () => {
  const frames = noFrames();
  const client = { isPublished: true, isFull: false, published: 0, sent: [] as number[] };
  const part = new DataTrackPart({
    room: {
      others: () => ['x-1-r1'],
      publish: async () => {
        client.published++;
        client.isPublished = true;
        return {
          isPublished: () => client.isPublished,
          push: async (payload) => {
            if (client.isFull) throw new Error('the channel is full');
            client.sent.push(readFrame(payload)?.number ?? -1);
          },
        };
      },
    },
    publishes: {
      settings: { to: 'robot', bytes: 12, everyMs: 100 },
      ...{ name: 'swarm.robot', isSubscriber: () => true },
    },
    ...{ subscribes: null, frames: () => frames, isElsewhere: () => false },
  });
  part.connected();
  return { part, frames, client };
};

test('frames that the client drops have no number, so no robot misses them', async () => {
  const { part, frames, client } = pilot();
  await vi.advanceTimersByTimeAsync(3_000);
  client.isFull = true;
  await vi.advanceTimersByTimeAsync(1_000);
  client.isFull = false;
  await vi.advanceTimersByTimeAsync(1_000);
  part.end();
  expect(frames.dropped).toBe(10);
  expect(frames.sent).toBe(client.sent.length + 10);
  expect(client.sent.length).toBeGreaterThanOrEqual(19);
  expect(client.sent).toEqual(client.sent.map((_, index) => index));
});

test('frames of a track that is not published are drops, and it is published again after a pause', async () => {
  const { part, frames, client } = pilot();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(client.published).toBe(1);
  const { length } = client.sent;
  client.isPublished = false;
  await vi.advanceTimersByTimeAsync(1_000);
  // The first frame after its end is dropped: then it is published.
  expect(client.published).toBe(2);
  expect(client.sent.length).toBe(length + 9);
  client.isPublished = false;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(client.published).toBe(2);
  expect(client.sent.length).toBe(length + 9);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(client.published).toBe(3);
  part.end();
  expect(frames.sent).toBe(client.sent.length + frames.dropped);
});

test('publishers on other hosts are those of its data tracks', () => {
  const subscribes = { name: 'swarm.robot', publishers: [{ identities: 'x-1-p', everyMs: 20 }] };
  const remote = [{ identity: 'x-1-p1' }, { identity: 'x-2-p1' }, { identity: 'x-1-r1' }];
  expect(exchangeOf({ exchange: { answers: [], subscribes } }, remote)?.elsewhere).toEqual([
    'x-1-p1',
  ]);
  expect(exchangeOf({ exchange: { answers: [] } }, remote)).not.toHaveProperty('elsewhere');
});
