import { describe, expect, it } from 'vitest';
import { readPattern } from './url-pattern.ts';

describe('readPattern', () => {
  it.each([
    ['ws://10.0.*.*:7880', 'ws://10.0.3.4:7880', true],
    ['ws://10.0.*.*:7880', 'http://10.0.3.4:7880/', true],
    ['ws://10.0.*.*:7880', 'wss://10.0.3.4:7880', false],
    ['ws://10.0.*.*:7880', 'ws://10.0.3.4:7881', false],
    ['ws://10.0.*.*:7880', 'ws://10.0.3.4', false],
    ['ws://10.0.*.*:7880', 'ws://10.1.3.4:7880', false],
    ['wss://*.livekit.internal', 'wss://eu.livekit.internal', true],
    ['wss://*.livekit.internal', 'wss://EU.LiveKit.internal:443', true],
    ['wss://*.livekit.internal', 'wss://a.eu.livekit.internal', false],
    ['wss://*.livekit.internal', 'wss://livekit.internal', false],
    ['wss://*.livekit.internal', 'wss://evil.com/.livekit.internal', false],
    ['wss://*.livekit.internal', 'wss://evil.com#.livekit.internal', false],
    ['wss://*.livekit.internal', 'wss://evil.com?.livekit.internal', false],
    ['wss://*.livekit.internal', 'wss://user@eu.livekit.internal', false],
    ['wss://*.livekit.internal', 'wss://*.livekit.internal', false],
    ['wss://*.livekit.internal', 'wss://evil.com\\.livekit.internal', false],
    // Other notations of an address: 10.0.3.4 as one number, in hexadecimal, with a full stop at
    // the end.
    ['ws://10.0.*.*:7880', 'ws://167772932:7880', true],
    ['ws://10.0.*.*:7880', 'ws://0x7f.1:7880', false],
    ['ws://127.0.0.1:7880', 'ws://127.0.0.1.:7880', true],
    ['ws://[::1]:7880', 'ws://[::1]:7880', true],
  ])('pattern %s and URL %s: match is %s', (pattern, url, matches) =>
    expect(readPattern(pattern)(url)).toBe(matches),
  );

  it.each([
    '',
    '*',
    'ws://*',
    'ws://*.*:7880',
    'ws://10.0.1*.1',
    'ftp://10.0.0.1',
    'ws://a/b',
    'ws://user:pw@a',
    'nonsense',
  ])('rejects %j', (pattern) =>
    expect(() => readPattern(pattern)).toThrow(expect.objectContaining({ code: 'usage' })),
  );
});
