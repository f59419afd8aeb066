/**
 * Joins that cannot get media: the first answers of the server show the cause, long before an
 * attempt times out.
 */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findUdpRange } from '@livekit-swarm/host';
import { type LiveKitConfig, startLiveKit } from '@livekit-swarm/lab';
import type { Signalling } from '@livekit-swarm/livekit';
import { afterAll, describe, expect, test } from 'vitest';
import {
  AUDIO,
  type Guest,
  openTestRoom,
  SIMULCAST,
  type TestRoomOptions,
} from './support/test-room.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-not-offered-'));
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Options with a long time limit: without knowing the cause, an attempt takes a minute. */
const PATIENT = { joinTimeoutMs: 60_000 } as const;
/** Longest duration of a join that knows its cause before the attempt times out, ms. */
const SOON_MS = 20_000;

const serve = (name: string, config: LiveKitConfig, offers: ('ice-tcp' | 'turn-udp')[] = []) =>
  startLiveKit({ dir: join(dir, name), offers: new Set(offers), config });

const failuresOf = async (
  target: TestRoomOptions['target'],
  guests: Guest[],
  signalling: Signalling = 'v1',
) => {
  await using room = openTestRoom({ ...PATIENT, target, signalling });
  const began = performance.now();
  await room.join(...guests);
  return {
    tookMs: performance.now() - began,
    joined: room.of('joined').length,
    failed: room.of('join_failed').map(({ reason, message, hint }) => ({ reason, message, hint })),
  };
};

describe('a server that offers TCP only', () => {
  test.for<[Signalling, 'direct' | 'turn-udp']>([
    ['v1', 'direct'],
    ['v0', 'direct'],
    ['v1', 'turn-udp'],
  ])('signalling %s, path %s', async ([signalling, path]) => {
    await using server = await serve(`tcp-${signalling}-${path}`, { rtc: { force_tcp: true } }, [
      'ice-tcp',
      'turn-udp',
    ]);
    const { tookMs, failed } = await failuresOf(server, [{ publish: [AUDIO], path }], signalling);
    expect(failed).toMatchObject([
      {
        reason: 'udp_not_offered',
        message: expect.stringContaining('rtc.force_tcp'),
        hint: expect.stringContaining('--path ice-tcp'),
      },
    ]);
    expect(tookMs).toBeLessThan(SOON_MS);
    const joins = await failuresOf(server, [
      { publish: [AUDIO], path: 'ice-tcp' },
      { publish: [AUDIO], path: 'auto' },
    ]);
    expect(joins).toMatchObject({ joined: 2, failed: [] });
  });
});

test.for<[name: string, offers: 'ice-tcp'[]]>([
  ['with TCP', ['ice-tcp']],
  ['without TCP', []],
])('UDP ports are used up %s', async ([name, offers]) => {
  const first = await findUdpRange('127.0.0.1', 3);
  await using server = await serve(
    `ports ${name}`,
    { rtc: { port_range_start: first, port_range_end: first + 2 } },
    offers,
  );
  const guests = Array.from({ length: 5 }, (): Guest => ({ publish: [AUDIO], path: 'direct' }));
  await using room = openTestRoom({ ...PATIENT, target: server, signalling: 'v1' });
  const began = performance.now();
  await room.join(...guests);
  expect(performance.now() - began).toBeLessThan(SOON_MS);
  expect(room.of('joined')).toHaveLength(3);
  expect(room.of('join_failed')).toMatchObject(
    Array(2).fill({
      reason: 'udp_ports_exhausted',
      message: expect.stringContaining(`from ${first} to ${first + 2}`),
      hint: expect.stringContaining('rtc.port_range_start'),
    }),
  );
});

describe('codecs that a room does not allow', () => {
  const allowing = (...mimes: string[]): LiveKitConfig => ({
    room: { enabled_codecs: mimes.map((mime) => ({ mime })) },
  });
  test.for<[name: string, mimes: string[], hint: string | null]>([
    ['H.264 only', ['audio/opus', 'video/h264'], '--codec h264'],
    ['AV1 only', ['audio/opus', 'video/av1'], '--codec av1'],
    ['without RED', ['audio/opus', 'video/vp8'], null],
    ['no video', ['audio/opus', 'audio/red'], 'mime: video/VP8'],
  ])('%s', async ([name, mimes, hint]) => {
    await using server = await serve(`codecs ${name}`, allowing(...mimes));
    const { failed, joined, tookMs } = await failuresOf(server, [
      { publish: [AUDIO, SIMULCAST] },
      { publish: [AUDIO] },
    ]);
    expect(tookMs).toBeLessThan(SOON_MS);
    expect(joined).toBe(hint === null ? 2 : 1);
    expect(failed).toMatchObject(
      hint === null
        ? []
        : [
            {
              reason: 'codec_not_allowed',
              message: expect.stringMatching(/VP8 \(room\.enabled_codecs/),
              hint: expect.stringContaining(hint),
            },
          ],
    );
  });
});
