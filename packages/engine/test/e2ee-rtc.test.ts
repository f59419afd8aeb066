import type { LiveKitServer } from '@livekit-swarm/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callWith } from './support/encrypted-room.ts';
import { startServer } from './support/servers.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test('libwebrtc and native participants with the same passphrase decrypt each other', {
  timeout: 90_000,
}, async () => {
  const secret = { passphrase: 'correct horse battery staple', keyIndex: 0, ratchet: 1 };
  const secrets = { native: secret, client: secret };
  const { framesDecoded, audio, video } = await callWith('rtc', server, secrets, 'vp8');
  expect(framesDecoded.vp8).toBeGreaterThan(30);
  expect(framesDecoded.h264).toBeGreaterThan(30);
  expect([audio.undecryptable, video.undecryptable]).toEqual([0, 0]);
});
