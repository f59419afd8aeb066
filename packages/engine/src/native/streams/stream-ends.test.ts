import { expect, test } from 'vitest';
import { StreamEnds } from './stream-ends.ts';

const opened = () => {
  const order: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const ends = new StreamEnds({
    readSoon: () => {
      order.push('requested');
      return promise;
    },
  });
  return { ends, order, read: resolve };
};

test('a stream ends after its counters were read', async () => {
  const { ends, order, read } = opened();
  ends.afterRead(true, () => order.push('ended'));
  expect(order).toEqual(['requested']);
  read();
  await Promise.resolve();
  expect(order).toEqual(['requested', 'ended']);
});

test('a peer without streams, and the streams of a session that was read, end at once', () => {
  const { ends, order } = opened();
  ends.afterRead(false, () => order.push('peer'));
  ends.finish();
  ends.afterRead(true, () => order.push('stream'));
  expect(order).toEqual(['peer', 'stream']);
});
