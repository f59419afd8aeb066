/** 500 listeners on one core, of a stream whose encoder and playlist stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { middleOf } from '@livekit-swarm/hls';
import { type HlsOrigin, startHlsOrigin } from '@livekit-swarm/testkit/hls-origin';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { findingOf, type HlsJson, playbackOf, runHls, runHlsOnCore } from '../support/hls.ts';
import { scratch } from '../support/swarm.ts';

await skipWithout('nginx', 'ffmpeg', 'taskset');

/** Largest error of the time of a finding, ms. */
const PRECISION_MS = 500;
const LISTENERS = 500;

/** One listener below /one/, and 500 more in a process with one core. */
const listenTo = async (origin: HlsOrigin): Promise<{ one: HlsJson; many: HlsJson }> => {
  const [one, many] = await Promise.all([
    runHls(origin.url('/one/live.m3u8'), '--duration', '40s'),
    runHlsOnCore(
      origin.url('/live.m3u8'),
      ...['--listeners', String(LISTENERS), '--duration', '40s', '--ramp', '8s'],
    ),
  ]);
  expect(many.counts).toMatchObject({ listeners: LISTENERS, started: LISTENERS, failed: 0 });
  expect(many.verdict).toBe('failed');
  return { one, many };
};

/** Expects that a stale playlist was found at the times at which playlists were published. */
const expectStale = (origin: HlsOrigin, results: HlsJson[]): void => {
  const pauses = origin.published.map((atMs, index) => ({
    fromMs: atMs,
    toMs: origin.published[index + 1] ?? atMs,
  }));
  const longest = pauses.reduce((a, b) => (b.toMs - b.fromMs > a.toMs - a.fromMs ? b : a));
  for (const result of results) {
    const { from, to } = findingOf(result, 'stale');
    expect(Math.abs(middleOf(from) - longest.fromMs)).toBeLessThan(PRECISION_MS);
    expect(to).not.toBeNull();
    if (to !== null) expect(Math.abs(middleOf(to) - longest.toMs)).toBeLessThan(PRECISION_MS);
  }
};

it('finds an encoder that stops: a stall of every listener, and a stale playlist', async () => {
  await using origin = await startHlsOrigin(scratch());
  const listening = listenTo(origin);
  await sleep(20_000);
  origin.stopEncoder();
  await sleep(12_000);
  origin.continueEncoder();
  const { one, many } = await listening;
  expectStale(origin, [many]);

  const stall = findingOf(one, 'stalled');
  const stale = findingOf(one, 'stale');
  const { endsAtMs, loadedAtMs } = playbackOf(origin, '/one/');
  expect(Math.abs(stall.fromMs - endsAtMs(stale.mediaSequence))).toBeLessThan(PRECISION_MS);
  expect(Math.abs(stall.toMs - loadedAtMs(stale.mediaSequence + 1))).toBeLessThan(PRECISION_MS);
  expect(findingOf(many, 'stalled')).toMatchObject({ listeners: LISTENERS, isOver: true });
});

it('finds a playlist that is not updated while segments are written', async () => {
  await using origin = await startHlsOrigin(scratch());
  const listening = listenTo(origin);
  await sleep(20_000);
  origin.publishes = false;
  await sleep(7_000);
  origin.publishes = true;
  const { many } = await listening;
  expectStale(origin, [many]);
  // Segments were there all the time: none was skipped.
  expect(many.findings.filter(({ code }) => code === 'skipped')).toEqual([]);
});
