/**
 * A real browser decodes music, speech with DTX and files of the user; participants do not count
 * pauses as losses.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareMedia } from '@livekit-swarm/media';
import type { TrackPlan } from '@livekit-swarm/scenario';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { enter, useBrowser } from './support/browser-stage.ts';
import { openTestRoom, seconds, tracksOf, until } from './support/test-room.ts';
import { openViewer } from './support/viewer.ts';
import { trackOf } from './support/watch.ts';

const stage = useBrowser();

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'swarm-clips-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const OGG = fileURLToPath(new URL('../../../scripts/clips/encoded/speech.opus', import.meta.url));
const MP4 = fileURLToPath(new URL('../../media/test/files/h264-opus.mp4', import.meta.url));

const ownAudio = (path: string): TrackPlan => ({
  kind: 'audio',
  media: { path, clip: prepareMedia(path, 'audio') },
});

const ownVideo = (path: string): TrackPlan => ({
  kind: 'video',
  source: 'camera',
  codec: 'h264',
  resolution: '180p',
  simulcast: false,
  media: { path, clip: prepareMedia(path, 'video') },
});

/** Time that covers both pauses of the speech with DTX, s. */
const WATCHED = 10;

test('a browser decodes music in stereo, speech with pauses, and files', async () => {
  const { chromium, page, server } = stage();
  await using viewer = await openViewer(chromium.browser, page.url);
  await using testRoom = openTestRoom({ target: server, signalling: 'v1', watchMedia: true });
  await testRoom.join(
    { publish: [{ kind: 'audio', music: 192 }] },
    { publish: [{ kind: 'audio', dtx: true }] },
    { publish: [ownAudio(OGG)] },
    { publish: [ownAudio(MP4), ownVideo(MP4)] },
    { publish: [] },
  );
  await enter(stage(), viewer, testRoom);
  const identities = ['guest-0', 'guest-1', 'guest-2', 'guest-3'];
  for (const identity of identities)
    await until(
      `audio of ${identity}`,
      async () => (await trackOf(viewer, identity, 'audio')).totalAudioEnergy > 0,
    );
  const read = () => Promise.all(identities.map((identity) => trackOf(viewer, identity, 'audio')));
  const before = await read();
  await seconds(WATCHED);
  const after = await read();
  for (const [index, track] of after.entries()) {
    const start = before[index];
    if (start === undefined) throw new Error('a track is gone');
    const samples = track.totalSamplesReceived - start.totalSamplesReceived;
    expect(track.totalAudioEnergy - start.totalAudioEnergy).toBeGreaterThan(0.01);
    expect(samples).toBeGreaterThan(0.9 * WATCHED * 48_000);
    // Samples that a browser concealed while it waited for a core are not in the packets.
    expect((track.concealedSamples - start.concealedSamples) / samples).toBeLessThan(0.02);
    expect(track.packetsLost).toBe(0);
  }
  const packets = after.map(
    (track, index) => track.packetsReceived - (before[index]?.packetsReceived ?? 0),
  );
  expect(packets[0]).toBeGreaterThan(0.95 * 50 * WATCHED);
  expect(packets[1]).toBeLessThan(0.65 * 50 * WATCHED);
  expect(await viewer.channelsDiffer('guest-0')).toBe(true);
  expect(await viewer.channelsDiffer('guest-2')).toBe(false);
  expect((await trackOf(viewer, 'guest-3', 'video')).framesDecoded).toBeGreaterThan(5 * WATCHED);

  const lines = await testRoom.leave();
  const received = tracksOf(lines[4] ?? expect.fail('no subscriber'), { direction: 'down' });
  expect(received).toHaveLength(5);
  for (const track of received)
    expect(track).toMatchObject({ lost: 0, interruptions: 0, activeAtEnd: true });
  expect(testRoom.of('media_interrupted')).toEqual([]);
});

test('files are encrypted like the clips of swarm', async () => {
  const { server } = stage();
  await using testRoom = openTestRoom({ target: server, signalling: 'v1' });
  const secret = { passphrase: 'a passphrase', keyIndex: 0, ratchet: 0 };
  await testRoom.join({ publish: [ownAudio(OGG), ownVideo(MP4)], secret }, { secret });
  await until('both tracks are decrypted', () => testRoom.of('first_decrypted').length > 0);
  await seconds(1.5);
  const [, line] = await testRoom.leave();
  const received = tracksOf(line ?? expect.fail('no subscriber'), { direction: 'down' });
  expect(received).toHaveLength(2);
  for (const { decryption } of received) {
    expect(decryption?.decrypted).toBeGreaterThan(0);
    expect(decryption?.undecryptable).toBe(0);
  }
});
