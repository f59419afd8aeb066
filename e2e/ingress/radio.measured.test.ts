/**
 * A radio from its encoder to its audience: RTMP, livekit/ingress, a room with listeners, HLS of
 * that room behind nginx, listeners of HLS, and its price. HLS is written from what a participant of the
 * room receives, in place of egress.
 */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startCluster } from '@livekit-swarm/lab';
import type { HlsOrigin } from '@livekit-swarm/testkit/hls-origin';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { timesOf } from '../support/callers.ts';
import { playbackOf, runHls } from '../support/hls.ts';
import { startHlsOfRoom } from '../support/hls-of-room.ts';
import { ingressesOf, linesOf, median, startRun } from '../support/ingress-runs.ts';
import { marksInStream } from '../support/marks-in-stream.ts';
import { resultOf, runSwarm, scratch } from '../support/swarm.ts';

await skipWithout('ingress', 'redis', 'ffmpeg', 'nginx');

const fileAt = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SCENARIO = fileAt('scenarios/ingress/dj-radio.yaml');
const MONTH = fileAt('examples/cost/dj-radio.yaml');
/** Listeners of HLS. */
const AUDIENCE = 100;
/** Largest difference of two ways to measure the same delay, ms. */
const PRECISION_MS = 500;

/** One station of the scenario, with all its listeners and thresholds. */
const oneStation = async (): Promise<string> => {
  const scenario = parse(await readFile(SCENARIO, 'utf8')) as {
    groups: { channels: { rooms: number; duration: string } };
  };
  Object.assign(scenario.groups.channels, { rooms: 1, duration: '45s' });
  return stringify(scenario);
};

/** Bit rate of the segments that were listed, bit/s. */
const bitRateOf = async ({ durations, segment }: HlsOrigin): Promise<number> => {
  const sizes = await Promise.all(
    [...durations.keys()].map(async (number) => (await stat(segment(number))).size),
  );
  const seconds = [...durations.values()].reduce((sum, ms) => sum + ms, 0) / 1_000;
  return (8 * sizes.reduce((sum, size) => sum + size, 0)) / seconds;
};

it('a radio is heard in its room and by HLS, with the delay of each stage, and has a price', async () => {
  await using cluster = await startCluster({ dir: scratch(), nodes: 1, with: ['ingress'] });
  const { swarm, record } = await startRun(cluster, await oneStation());
  const service = new RoomServiceClient(cluster.httpUrl, cluster.apiKey, cluster.apiSecret);
  let room = '';
  await expect
    .poll(
      async () => {
        room = (await service.listRooms())[0]?.name ?? '';
        const participants = room === '' ? [] : await service.listParticipants(room);
        return participants.flatMap(({ tracks }) => tracks).length;
      },
      { timeout: 30_000, interval: 250 },
    )
    .toBe(1);
  await using hls = await startHlsOfRoom(cluster, room, scratch());
  const { origin } = hls;
  const [audience, one] = await Promise.all([
    runHls(origin.url('/live.m3u8'), '--listeners', String(AUDIENCE), '--duration', '16s'),
    runHls(origin.url('/one/live.m3u8'), '--duration', '16s'),
  ]);
  const { endsAtMs } = playbackOf(origin, '/one/');
  const ended = await swarm.ended;

  // The room: its listeners heard the encoder.
  expect([0, 98], swarm.stderr()).toContain(ended);
  expect(resultOf({ stdout: swarm.stdout() }).thresholds.filter(({ ok }) => ok === false)).toEqual(
    [],
  );
  const { events } = await linesOf(record);
  const toRoomMs = median(timesOf(events, 'mark_received'));
  expect(toRoomMs).toBeGreaterThan(0);

  // The stream: it was followed without a stall, and nothing was missing.
  for (const result of [audience, one]) {
    expect(result.exit, result.stderr).toBe(result.generator.isImpaired ? 98 : 0);
    expect(result.findings).toEqual([]);
  }
  expect(audience.counts).toMatchObject({ listeners: AUDIENCE, started: AUDIENCE, failed: 0 });

  // Two receivers of the room measure the same delay, by RTP and by decoded segments.
  const marks = await marksInStream(origin);
  expect(marks.length).toBeGreaterThan(3);
  const toStreamMs = median(marks.map(({ delayMs }) => delayMs));
  expect(Math.abs(toStreamMs - toRoomMs)).toBeLessThan(PRECISION_MS);
  // A segment is listed when it is whole.
  const listedMs = median(
    [...origin.listedAt].map(
      ([number, atMs]) =>
        atMs - (origin.beginnings.get(number) ?? Number.NaN) - (origin.durations.get(number) ?? 0),
    ),
  );
  expect(Math.abs(listedMs)).toBeLessThan(PRECISION_MS);
  // What one listener of HLS plays, by the log of nginx, is as late as both stages together.
  const heardMs = marks.flatMap(({ segment, offsetMs, delayMs }) => {
    const beganAtMs = (origin.beginnings.get(segment) ?? Number.NaN) + offsetMs - delayMs;
    const playedAtMs = endsAtMs(segment) - (origin.durations.get(segment) ?? 0) + offsetMs;
    return Number.isNaN(playedAtMs) ? [] : [playedAtMs - beganAtMs];
  });
  expect(heardMs.length).toBeGreaterThan(1);
  const hlsDelayMs = one.metrics['hls_delay.p50'] ?? Number.NaN;
  expect(Math.abs(median(heardMs) - toStreamMs - hlsDelayMs)).toBeLessThan(PRECISION_MS);

  // The price: what the audience loads has the bit rate of the file.
  const { exit, stdout, stderr } = await runSwarm(['cost', MONTH, '--json']);
  expect(exit, stderr).toBe(0);
  const { usage, hls: prices } = JSON.parse(stdout) as {
    usage: { hlsGb: number };
    hls: { provider: string; alone: number }[];
  };
  const { hls: asked } = parse(await readFile(MONTH, 'utf8')) as { hls: { listenerHours: number } };
  const measuredGb = ((await bitRateOf(origin)) * asked.listenerHours * 3_600) / 8 / 1e9;
  expect(Math.abs(usage.hlsGb / measuredGb - 1)).toBeLessThan(0.1);
  expect(prices.length).toBeGreaterThan(1);
  expect(await ingressesOf(cluster)).toBe(0);
});
