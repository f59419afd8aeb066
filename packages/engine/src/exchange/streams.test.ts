import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamResult } from './exchange-result.ts';
import { nodeHash } from './node-hash.ts';
import { StreamCheck } from './stream-check.ts';
import { StreamSender, type StreamToSend } from './stream-sender.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Sends streams that take `takesMs` each. */
const senderOf = (takesMs: number) => {
  const sent: StreamToSend[] = [];
  const sender = new StreamSender({
    dataStreams: { kind: 'bytes', bytes: 40_000, everyMs: 1_000 },
    receivers: () => ['a', 'b'],
    newHash: nodeHash,
    send: (stream) => {
      sent.push(stream);
      return new Promise((done) => setTimeout(done, takesMs));
    },
  });
  return { sender, sent };
};

describe('a sender of streams', () => {
  it('sends each stream to all receivers, from two seconds after they were seen', async () => {
    const { sender, sent } = senderOf(100);
    sender.start();
    await vi.advanceTimersByTimeAsync(1_900);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(3_200);
    expect(sent.length).toBeGreaterThanOrEqual(3);
    expect(sent[0]).toMatchObject({ kind: 'bytes', to: ['a', 'b'] });
    expect(sent[0]?.content).toHaveLength(40_000);
    sender.stop();
    const before = sent.length;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(sent).toHaveLength(before);
  });

  it('sends one stream at a time', async () => {
    const { sender, sent } = senderOf(2_500);
    sender.start();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(sent.length).toBeGreaterThanOrEqual(2);
    expect(sent.length).toBeLessThanOrEqual(3);
  });
});

/** A stream that was sent now, and its check. */
const arriving = async () => {
  const { sender, sent } = senderOf(0);
  sender.start();
  await vi.advanceTimersByTimeAsync(3_100);
  sender.stop();
  const [stream] = sent.slice(-1);
  if (stream === undefined) throw new Error('nothing was sent');
  const results: StreamResult[] = [];
  const check = new StreamCheck({
    kind: 'bytes',
    attributes: stream.attributes,
    hash: nodeHash(),
    onResult: (result) => results.push(result),
  });
  return { check, results, content: Buffer.from(stream.content), sentAt: Date.now() };
};

describe('the check of a stream', () => {
  it('measures one that arrives whole', async () => {
    const { check, results, content } = await arriving();
    check.chunk(content.subarray(0, 15_000));
    await vi.advanceTimersByTimeAsync(700);
    check.chunk(content.subarray(15_000));
    await check.end(true);
    expect(results).toEqual([{ kind: 'bytes', bytes: 40_000, ms: expect.any(Number) }]);
    expect(results[0]?.ms).toBeGreaterThanOrEqual(700);
  });

  it.each([
    ['a byte differs', (content: Buffer) => content.fill('!', 7, 8), true],
    ['the end is missing', (content: Buffer) => content.subarray(1), true],
    ['chunks are known to be missing', (content: Buffer) => content, false],
  ])('finds that %s', async (_, change, isWhole) => {
    const { check, results, content } = await arriving();
    check.chunk(change(content));
    await check.end(isWhole);
    expect(results).toMatchObject([{ ms: null }]);
  });

  it('gives up one that stops, once', async () => {
    const { check, results } = await arriving();
    await vi.advanceTimersByTimeAsync(9_900);
    expect(results).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    await check.end(true);
    expect(results).toEqual([{ kind: 'bytes', bytes: 0, ms: null }]);
  });
});
