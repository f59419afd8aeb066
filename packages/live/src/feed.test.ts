import { describe, expect, it } from 'vitest';
import { eventOf, LiveFeed } from './feed.ts';

const decoder = new TextDecoder();

const read = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> => {
  const { value, done } = await reader.read();
  return done ? 'end' : decoder.decode(value);
};

describe('the feed of a live page', () => {
  it('begins with the whole state, and continues with published messages', async () => {
    const feed = new LiveFeed(() => [eventOf('"all"')]);
    const reader = feed.connect().getReader();
    feed.publish(eventOf('"missed"'));
    expect(await read(reader)).toBe('retry: 1000\n\n');
    expect(await read(reader)).toBe('data: "all"\n\n');
    // The queue was full when this was published: the whole state follows instead.
    expect(await read(reader)).toBe('data: "all"\n\n');
    feed.publish(eventOf('1'));
    expect(await read(reader)).toBe('data: 1\n\n');
  });

  it('keeps no messages for a browser that does not read', async () => {
    let state = 0;
    const feed = new LiveFeed(() => [eventOf(String(state))]);
    const reader = feed.connect().getReader();
    for (let second = 1; second <= 1_000; second++) {
      state = second;
      feed.publish(eventOf(`"tick ${second}"`));
    }
    const texts = [await read(reader), await read(reader), await read(reader)];
    expect(texts).toEqual(['retry: 1000\n\n', 'data: 0\n\n', 'data: 1000\n\n']);
  });

  it('serves other browsers while one does not read', async () => {
    const feed = new LiveFeed(() => []);
    const slow = feed.connect().getReader();
    const fast = feed.connect().getReader();
    await read(fast);
    for (let second = 0; second < 50; second++) {
      feed.publish(eventOf(String(second)));
      expect(await read(fast)).toBe(`data: ${second}\n\n`);
    }
    expect(feed.size).toBe(2);
    await slow.cancel();
    expect(feed.size).toBe(1);
  });

  it('ends its streams', async () => {
    const feed = new LiveFeed(() => []);
    const reader = feed.connect().getReader();
    feed.close();
    await read(reader);
    expect(await read(reader)).toBe('end');
    expect(feed.size).toBe(0);
  });
});
