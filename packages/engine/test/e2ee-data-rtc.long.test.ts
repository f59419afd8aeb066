/**
 * Encrypted data messages between native participants and libwebrtc. For Chromium, see
 * e2ee.measured.test.ts.
 */
import { dispose, Room, RoomEvent } from '@livekit/rtc-node';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { makeToken } from '@livekit-swarm/livekit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import { openTestRoom, until } from './support/test-room.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server?.stop();
  await dispose();
});

const PASSPHRASE = 'correct horse battery staple';
const DATA = [{ messagesPerSecond: 10, bytes: 60, reliable: true }];

/** Exchange encrypted messages. Returns the number that each side received or decrypted. */
const exchange = async (passphrase: string) => {
  await using natives = openTestRoom({ target: server, signalling: 'v1' });
  await natives.join({
    data: DATA,
    secret: { passphrase: PASSPHRASE, keyIndex: 0, ratchet: 0 },
  });
  const room = new Room();
  let received = 0;
  room.on(RoomEvent.DataReceived, () => {
    received++;
  });
  const token = makeToken({
    ...server,
    room: natives.room,
    identity: 'rtc',
    publish: { audio: false, video: false, data: true },
    subscribe: true,
    ttlSeconds: 60,
  });
  const sharedKey = new TextEncoder().encode(passphrase);
  await room.connect(server.url, token, {
    autoSubscribe: true,
    dynacast: false,
    encryption: { keyProviderOptions: { sharedKey, ratchetWindowSize: 0 } },
  });
  const tried = { decrypted: 0, undecryptable: 0 };
  await until(
    'twenty messages have arrived',
    async () => {
      await room.localParticipant?.publishData(new Uint8Array(20), { reliable: true });
      for (const { labels, decryption } of natives.sample().series)
        if (labels.kind === 'data' && labels.direction === 'down' && decryption !== undefined) {
          tried.decrypted += decryption.decrypted;
          tried.undecryptable += decryption.undecryptable;
        }
      const arrived = tried.decrypted + tried.undecryptable;
      return arrived >= 20 && (passphrase !== PASSPHRASE || received >= 20);
    },
    30,
  );
  await room.disconnect();
  return { received, ...tried };
};

test('with the same passphrase, both sides decrypt the other', { timeout: 60_000 }, async () => {
  const { received, decrypted, undecryptable } = await exchange(PASSPHRASE);
  expect(received).toBeGreaterThanOrEqual(20);
  expect(decrypted).toBeGreaterThanOrEqual(20);
  expect(undecryptable).toBe(0);
});

test('with different passphrases, neither side decrypts the other', {
  timeout: 60_000,
}, async () => {
  const { received, decrypted, undecryptable } = await exchange('another one');
  expect(received).toBe(0);
  expect(decrypted).toBe(0);
  expect(undecryptable).toBeGreaterThanOrEqual(20);
});
