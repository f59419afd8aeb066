import { describe, expect, it } from 'vitest';
import { formatDataRate, parseDataRate } from './data.ts';

describe('parseDataRate', () => {
  it.each([
    ['10/s', { messagesPerSecond: 10, bytes: 200, reliable: false }],
    ['0.5/s:1000B', { messagesPerSecond: 0.5, bytes: 1_000, reliable: false }],
    ['5/s:64:reliable', { messagesPerSecond: 5, bytes: 64, reliable: true }],
    ['10/s:200B:lossy', { messagesPerSecond: 10, bytes: 200, reliable: false }],
  ])('reads %s', (text, data) => {
    expect(parseDataRate(text)).toEqual(data);
    expect(parseDataRate(formatDataRate(data))).toEqual(data);
  });

  it.each([
    ['10', 'a rate needs its unit', 'write 10/s'],
    ['0/s', 'the rate must be above 0 and at most 1000/s', 'RATE[:BYTES'],
    ['-1/s', 'the rate must be above 0', 'RATE[:BYTES'],
    ['99999/s', 'the rate must be above 0 and at most', 'RATE[:BYTES'],
    ['10/s:8B', 'a message has 20 to 15000 bytes', 'RATE[:BYTES'],
    ['10/s:1GB', '"1GB" is not a size', 'RATE[:BYTES'],
    ['10/s:200B:maybe', '"maybe" is neither reliable nor lossy', 'RATE[:BYTES'],
    ['10/s:200B:lossy:x', '":x" is one part too many', 'RATE[:BYTES'],
    ['fast', '"fast" is not a rate', 'RATE[:BYTES'],
  ])('rejects %s with a hint', (text, message, hint) => {
    expect(() => parseDataRate(text)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    );
  });
});
