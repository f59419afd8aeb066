import { rejectionOf } from '@livekit-swarm/livekit';
import { expect, test } from 'vitest';
import { reasonOf } from './continuity.ts';

test('the reason is the answer of the server, or the code of a failure without an answer', () => {
  const body = 'could not find any available nodes';
  const request = { url: 'http://127.0.0.1:1/rtc' };
  const rejection = rejectionOf({ status: 500, headers: {}, body }, request, 'ws://127.0.0.1:1');
  expect(reasonOf(rejection)).toBe(`HTTP 500: ${body}`);
  expect(reasonOf({ reason: 'signal_timeout' })).toBe('signal_timeout');
});
