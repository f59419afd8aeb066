/** Listeners of a live stream of ffmpeg behind nginx: a healthy one, one without a segment, and no stream. */
import { startHlsOrigin } from '@livekit-swarm/testkit/hls-origin';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { expect, it } from 'vitest';
import { playbackOf, runHls } from '../support/hls.ts';
import { scratch } from '../support/swarm.ts';

await skipWithout('nginx', 'ffmpeg');

/** Below /one/, every tenth segment answers 404: one of them within the time of any listener. */
const LOCATIONS = `
location ~ ^/one/\\d*5\\.ts$ { return 404; }
location = /page.m3u8 { return 200 "<html><body>not found</body></html>"; }
location = /ended.m3u8 { return 200 "#EXTM3U\\n#EXT-X-TARGETDURATION:2\\n#EXTINF:2,\\n0.ts\\n#EXT-X-ENDLIST\\n"; }
location = /elsewhere.m3u8 { return 302 http://localhost:1/live.m3u8; }`;

it('finds a missing segment where and when it is missing, and nothing in a healthy stream', async () => {
  await using origin = await startHlsOrigin(scratch(), LOCATIONS);
  const [healthy, missing] = await Promise.all([
    runHls(origin.url('/live.m3u8'), '--listeners', '20', '--ramp', '1s', '--duration', '16s'),
    runHls(origin.url('/one/live.m3u8'), '--duration', '16s'),
  ]);
  expect(healthy.findings).toEqual([]);
  expect(healthy.exit).toBe(healthy.generator.isImpaired ? 98 : 0);
  expect(healthy.counts).toMatchObject({ listeners: 20, started: 20, failed: 0 });

  expect(missing.exit).toBe(missing.generator.isImpaired ? 98 : 99);
  const { endsAtMs } = playbackOf(origin, '/one/');
  const skipped = missing.findings.filter((finding) => finding.code === 'skipped');
  expect(skipped.length).toBeGreaterThan(0);
  for (const { mediaSequence, reason, durationMs, atMs } of skipped) {
    expect([mediaSequence % 10, reason]).toEqual([5, 'not_loaded']);
    expect(durationMs).toBeCloseTo(origin.durations.get(mediaSequence) ?? 0, 0);
    // Not for a segment with which the listener would have started.
    const expectedMs = endsAtMs(mediaSequence - 1);
    if (!Number.isNaN(expectedMs)) expect(Math.abs(atMs - expectedMs)).toBeLessThan(500);
  }
  const problems = missing.findings.filter((finding) => finding.code === 'problem');
  expect(new Set(problems.map(({ problem }) => problem.status))).toEqual(new Set([404]));

  const failures = await Promise.all(
    ['/page.m3u8', '/none.m3u8', '/ended.m3u8', '/elsewhere.m3u8'].map((path) =>
      runHls(origin.url(path), '--listeners', '500'),
    ),
  );
  expect(failures.map(({ exit }) => exit)).toEqual([3, 3, 2, 2]);
  for (const [index, text] of [
    'not an HLS playlist: <html>',
    'HTTP 404',
    'a recording, whose playlist has an end',
    'leads to another host, localhost:1',
  ].entries())
    expect(failures[index]?.stderr).toContain(text);
  // No load was sent.
  expect(origin.served().filter(({ path }) => path === '/none.m3u8')).toHaveLength(1);
});
