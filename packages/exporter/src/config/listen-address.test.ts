import { describe, expect, it } from 'vitest';
import { formatAddress, isLoopback, parseListenAddress } from './listen-address.ts';

describe('parseListenAddress', () => {
  it.each([
    [':9465', '127.0.0.1:9465', true],
    ['9465', '127.0.0.1:9465', true],
    [' 127.0.0.1:0 ', '127.0.0.1:0', true],
    ['localhost:80', 'localhost:80', true],
    ['0.0.0.0:9465', '0.0.0.0:9465', false],
    ['[::1]:9465', '[::1]:9465', true],
    ['[::]:9465', '[::]:9465', false],
    ['exporter.internal:9465', 'exporter.internal:9465', false],
  ])('%s → %s, loopback: %s', (text, address, loopback) => {
    expect(formatAddress(parseListenAddress(text))).toBe(address);
    expect(isLoopback(parseListenAddress(text))).toBe(loopback);
  });

  it.each([
    '',
    ':',
    'nonsense',
    '127.0.0.1',
    '::1:9465',
    ':65536',
    ':99999',
    ':-1',
    'http://127.0.0.1:9465',
    ':9465/metrics',
    'a b:1',
  ])('rejects %j', (text) =>
    expect(() => parseListenAddress(text)).toThrow(expect.objectContaining({ code: 'usage' })),
  );
});
