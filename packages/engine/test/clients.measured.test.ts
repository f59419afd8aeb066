import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveKitServer } from '@livekit-swarm/lab';
import { PERFECT_LINK } from '@livekit-swarm/scenario';
import { processesOf } from '@livekit-swarm/testkit/chromium';
import { dropRtp } from '@livekit-swarm/testkit/packet-filter';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClientRoom } from './support/client-room.ts';
import { startServer } from './support/servers.ts';
import { AUDIO, openTestRoom, seconds, until } from './support/test-room.ts';

const reason = await skipWithout('chromium', 'packet-filter');

const CAMERA = {
  kind: 'video',
  source: 'camera',
  codec: 'vp8',
  resolution: '360p',
  simulcast: false,
  frameMetadata: true,
} as const;

let server: LiveKitServer;
beforeAll(async () => {
  if (reason === null) server = await startServer();
});
afterAll(() => server?.stop());

const stat = (stats: readonly Record<string, unknown>[], kind: string) =>
  stats.find((one) => one.type === 'inbound-rtp' && one.kind === kind);

test.each(['browser', 'rtc'] as const)(
  'figures of %s equal its getStats, and show loss',
  { timeout: 90_000 },
  async (engine) => {
    await using crowd = openTestRoom({ target: server, signalling: 'v1' });
    await crowd.join({ publish: [AUDIO, CAMERA] });
    await using clients = await openClientRoom(engine, server, crowd.room, {
      ...(engine === 'browser' && { readsFrameMetadata: true }),
    });
    await seconds(5);
    {
      await using _ = await dropRtp({ ports: server.ports, serverIs: 'source', percent: 5 });
      await seconds(8);
    }
    // With a round-trip time of a millisecond, retransmissions repair a loss of 5 %; video freezes
    // if they are lost, too.
    {
      await using _ = await dropRtp({ ports: server.ports, serverIs: 'source', percent: 50 });
      await seconds(4);
    }
    const { series = [] } = clients.sample();
    const line = await clients.leave();
    expect(line).toMatchObject({ outcome: 'left', engine, remoteParticipants: 1 });

    const raw = clients.raw()?.peers.flat() ?? [];
    const [sound, picture] = ['audio', 'video'].map((kind) =>
      line.tracks.find((track) => track.kind === kind),
    );
    const [rawSound, rawPicture] = [stat(raw, 'audio'), stat(raw, 'video')];
    expect(picture).toMatchObject({
      publisher: 'guest-0',
      packets: rawPicture?.packetsReceived,
      playout: { framesDecoded: rawPicture?.framesDecoded, freezes: rawPicture?.freezeCount },
    });
    expect(sound).toMatchObject({
      packets: rawSound?.packetsReceived,
      playout: {
        samples: rawSound?.totalSamplesReceived,
        concealedSamples: rawSound?.concealedSamples,
      },
    });
    expect(picture?.playout?.framesDecoded).toBeGreaterThan(150);
    expect(sound?.playout?.concealedSamples).toBeGreaterThan(0);
    expect(picture?.playout?.freezes).toBeGreaterThan(0);
    expect(picture?.recovered).toBeGreaterThan(0);
    const latency = picture?.playout?.frameLatencyMs ?? null;
    expect(latency).toEqual(engine === 'rtc' ? null : expect.any(Number));
    const sampled = series
      .filter(({ labels }) => labels.kind === 'video')
      .reduce((sum, { playout }) => sum + (playout?.framesDecoded ?? 0), 0);
    expect(sampled).toBeLessThanOrEqual(picture?.playout?.framesDecoded ?? 0);
  },
);

test('the frame latency of a browser contains the delay of its publisher', async () => {
  const DELAY_MS = 500;
  await using crowd = openTestRoom({ target: server, signalling: 'v1' });
  const publisher = { publish: [AUDIO, CAMERA] };
  const network = { up: { ...PERFECT_LINK, delayMs: DELAY_MS }, down: PERFECT_LINK };
  await crowd.join(publisher, { ...publisher, network });
  await using clients = await openClientRoom('browser', server, crowd.room, {
    readsFrameMetadata: true,
  });
  await until('it plays video of both', () => {
    const playing = clients.raw()?.peers.flat() ?? [];
    const decoded = playing.filter((one) => one.type === 'inbound-rtp' && one.kind === 'video');
    return decoded.filter(({ framesDecoded }) => Number(framesDecoded) > 30).length === 2;
  });
  await seconds(5);
  const { tracks } = await clients.leave();
  const latencyOf = (name: string): number =>
    tracks.find(({ kind, publisher: of }) => kind === 'video' && of === name)?.playout
      ?.frameLatencyMs ?? Number.NaN;
  // Both pass the same server, jitter buffers and decoders, which add the same.
  const near = latencyOf('guest-0');
  expect(near).toBeGreaterThan(0);
  expect(Math.abs(latencyOf('guest-1') - near - DELAY_MS)).toBeLessThan(150);
});

test('a killed browser is a failure with a code, and leaves evidence but no process', {
  timeout: 60_000,
}, async () => {
  await using crowd = openTestRoom({ target: server, signalling: 'v1' });
  await crowd.join({ publish: [AUDIO, CAMERA] });
  const clients = await openClientRoom('browser', server, crowd.room);
  const { dir, events, token } = clients;
  await until('it has figures', () => clients.raw() !== null, 10);
  const profile = join(dir, 'browser-profile-0');
  const [main] = (await processesOf(`--user-data-dir=${profile}`)).toSorted((a, b) => a - b);
  process.kill(main ?? -1, 'SIGKILL');
  await until('that is noticed', () => events.some(({ event }) => event === 'disconnected'), 10);
  const line = await clients.leave();
  expect(line).toMatchObject({ outcome: 'disconnected', reason: 'browser_ended' });

  const folder = join(dir, 'browser-browser-1');
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['console.log', 'stats.json']));
  const dump = await readFile(join(folder, 'stats.json'), 'utf8');
  expect(JSON.parse(dump)).toMatchObject({ PeerConnections: { '1-1': {} } });
  expect(dump).toContain('framesDecoded');
  for (const file of await readdir(folder))
    expect(await readFile(join(folder, file), 'utf8')).not.toContain(token);

  await clients[Symbol.asyncDispose]();
  await until('no process is left', async () => (await processesOf(profile)).length === 0, 10);
});
