import type { E2eeSecret } from '@livekit-swarm/livekit';
import type { TrackPlan } from '@livekit-swarm/scenario';
import { expect, test } from 'vitest';
import { enter, useBrowser } from './support/browser-stage.ts';
import {
  AUDIO,
  openTestRoom,
  seconds,
  type TestRoom,
  tracksOf,
  until,
} from './support/test-room.ts';
import { openViewer } from './support/viewer.ts';
import { seen, trackOf } from './support/watch.ts';

const stage = useBrowser();

const video = (codec: 'vp8' | 'h264'): TrackPlan => ({
  kind: 'video',
  source: 'camera',
  codec,
  resolution: '360p',
  simulcast: false,
});
const DATA = [{ messagesPerSecond: 10, bytes: 60, reliable: true }];
const passphrase = 'correct horse battery staple';
const right = { passphrase, keyIndex: 0, ratchet: 0 };

/**
 * Warnings of keys that do not match. A publisher of VP8 is also warned that the server has no
 * H.264 for it.
 */
const keyWarnings = (testRoom: TestRoom) =>
  testRoom
    .of('warning')
    .filter(({ reason }) => reason?.endsWith('_publication'))
    .map(({ identity, reason }) => [identity, reason]);

test.each<[string, E2eeSecret & ({ passphrase: string } | { key: string })]>([
  ['passphrase', right],
  ['random bytes', { key: Buffer.alloc(32, 7).toString('base64'), keyIndex: 0, ratchet: 0 }],
])('with the same %s, a browser and the participants decrypt each other', async (_, secret) => {
  const { chromium, page, server } = stage();
  await using viewer = await openViewer(chromium.browser, page.url, secret);
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join(
    { publish: [AUDIO, video('vp8')], data: DATA, secret },
    { publish: [video('h264')], subscribe: false, secret },
  );
  await enter(stage(), viewer, testRoom);
  await viewer.publish();
  await seen(viewer, 360, 'guest-0', 'guest-1');
  for (const guest of ['guest-0', 'guest-1']) {
    const decoded = async () => (await trackOf(viewer, guest, 'video')).framesDecoded;
    await until(`moving pictures of ${guest}`, async () => (await decoded()) > 30);
    const picture = await viewer.look(guest, 500);
    expect(picture.changed).toBeGreaterThan(0.5);
    expect(picture.orange).toBeGreaterThan(0.02);
  }
  expect(await viewer.listen('guest-0', 2_000)).toBeGreaterThan(0.05);
  const heard = await viewer.heard();
  expect(heard.messages).toBeGreaterThan(10);
  expect(heard.encryptionErrors).toBe(0);
  const [line] = await testRoom.leave();
  for (const [kind, least] of [
    ['audio', 100],
    ['video', 1],
  ] as const) {
    const [track] = tracksOf(line, { kind, publisher: 'browser' });
    expect(track?.decryption).toMatchObject({ undecryptable: 0, keyChanges: 0 });
    expect(track?.decryption?.decrypted).toBeGreaterThan(least);
  }
  expect(testRoom.of('first_decrypted')).toHaveLength(1);
  expect(keyWarnings(testRoom)).toEqual([]);
  expect(viewer.errors).toEqual([]);
});

test('with different passphrases, neither side decrypts the other', async () => {
  const { chromium, page, server } = stage();
  const secret = { ...right, passphrase: 'another one' };
  await using viewer = await openViewer(chromium.browser, page.url, right);
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join({ publish: [AUDIO, video('vp8')], data: DATA, secret });
  await enter(stage(), viewer, testRoom);
  await viewer.publish();
  const fails = async () => (await viewer.heard()).encryptionErrors > 0;
  await until('the browser reports what it cannot decrypt', fails);
  for (let message = 0; message < 5; message++) await viewer.say();
  await seconds(3);
  expect((await trackOf(viewer, 'guest-0', 'video')).framesDecoded ?? 0).toBe(0);
  expect((await trackOf(viewer, 'guest-0', 'audio')).totalAudioEnergy ?? 0).toBe(0);
  expect((await viewer.heard()).messages).toBe(0);
  const messages = testRoom
    .sample()
    .series.find(({ labels }) => labels.kind === 'data' && labels.direction === 'down');
  expect(messages?.decryption).toEqual({ decrypted: 0, undecryptable: 5, keyChanges: 0 });
  const [line] = await testRoom.leave();
  for (const kind of ['audio', 'video'] as const) {
    const [track] = tracksOf(line, { kind, publisher: 'browser' });
    expect(track?.decryption).toMatchObject({ decrypted: 0 });
    expect(track?.decryption?.undecryptable).toBeGreaterThan(1);
  }
  expect(testRoom.of('first_decrypted')).toEqual([]);
});

test('publications without a key, and with one that others lack, are warned of', async () => {
  const { server } = stage();
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  await testRoom.join({ publish: [AUDIO], secret: right }, { publish: [AUDIO] });
  await until('both have received', () => testRoom.of('first_media').length === 2);
  expect(keyWarnings(testRoom).sort()).toEqual([
    ['guest-0', 'unencrypted_publication'],
    ['guest-1', 'encrypted_publication'],
  ]);
});
