import { hasErrorCode } from '@livekit-swarm/settings';
import { expect, test } from 'vitest';
import { parseServerUrl } from './url.ts';

const failure = (text: string) => {
  try {
    parseServerUrl(text);
  } catch (error) {
    if (hasErrorCode(error, 'bad_url')) return error;
  }
  throw new Error('accepted');
};

test.each([
  ['ws://127.0.0.1:7880', 'ws://127.0.0.1:7880', 'http://127.0.0.1:7880', false],
  ['http://127.0.0.1:7880/', 'ws://127.0.0.1:7880', 'http://127.0.0.1:7880', false],
  ['WSS://LiveKit.example.com', 'wss://livekit.example.com', 'https://livekit.example.com', true],
  [
    'https://example.com/livekit//',
    'wss://example.com/livekit',
    'https://example.com/livekit',
    true,
  ],
  ['ws://[::1]:7880', 'ws://[::1]:7880', 'http://[::1]:7880', false],
])('%s', (text, ws, http, secure) => {
  expect(parseServerUrl(text)).toMatchObject({ ws, http, secure });
});

test.each(['localhost:7880', 'livekit.example.com', 'ftp://example.com', 'ws://', ''])(
  'refuses %s',
  (text) => {
    expect(failure(text)).toMatchObject({ code: 'bad_url', exitCode: 2 });
  },
);

test('redacts credentials', () => {
  const { message } = failure('wss://key:secret@example.com');
  expect(message).not.toContain('secret');
});
