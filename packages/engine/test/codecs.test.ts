/** Participants that publish different codecs receive each other, as browsers do. */
import type { LiveKitServer } from '@livekit-swarm/lab';
import type { ParticipantLine } from '@livekit-swarm/record';
import type { TrackPlan } from '@livekit-swarm/scenario';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './support/servers.ts';
import { openTestRoom, tracksOf, until } from './support/test-room.ts';

let server: LiveKitServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const camera = (codec: 'vp8' | 'h264', simulcast: boolean): TrackPlan => ({
  ...{ kind: 'video', source: 'camera', resolution: '360p', simulcast },
  codec,
});

/** Codecs of all layers. */
const codecsOf = (line: ParticipantLine, direction: 'up' | 'down'): string[] =>
  [...new Set(tracksOf(line, { direction }).map(({ codec }) => codec))].sort();

test.each([
  ['v1', false],
  ['v1', true],
  ['v0', false],
] as const)('VP8 and H.264 in one room, %s, simulcast %s', async (signalling, simulcast) => {
  await using testRoom = openTestRoom({ target: server, signalling, watchMedia: true });
  await testRoom.join(
    { publish: [camera('vp8', simulcast)] },
    { publish: [camera('h264', simulcast)] },
    { publish: [] },
  );
  await until('all receive all', () => testRoom.of('media_started').length === 4);
  const lines = await testRoom.leave();
  const sent = lines.map((line) => codecsOf(line, 'up'));
  expect(sent).toEqual([['vp8'], ['h264'], []]);
  const received = lines.map((line) => codecsOf(line, 'down'));
  expect(received).toEqual([['h264'], ['vp8'], ['h264', 'vp8']]);
});
