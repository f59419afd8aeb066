import { describe, expect, test } from 'vitest';
import { hear, JOINS_AFTER } from '../../test/support/scripted-listener.ts';
import { LATENCY_MS } from '../../test/support/scripted-origin.ts';
import { middleOf } from './interval.ts';

const ENDINGS = ['started', 'playlist', 'segment', 'ended'];

describe('a healthy stream', () => {
  test('starts three target durations from the edge, plays, and has no finding', async () => {
    const { facts, all } = await hear({ targetSeconds: 2 }, 60, { path: '/main.m3u8' });
    expect(facts.filter(({ type }) => !ENDINGS.includes(type))).toEqual([]);
    // 15 segments are finished at 30.3 s: 0 … 14. Segment 12 begins 6 s before their end. The last
    // reload is at 88.3 s, when segment 43 is finished.
    expect(all('segment').map(({ mediaSequence }) => mediaSequence)).toEqual(
      Array.from({ length: 32 }, (_, index) => 12 + index),
    );
    expect(all('started')).toEqual([expect.objectContaining({ startupMs: 3 * LATENCY_MS })]);
    expect(all('ended')).toEqual([expect.objectContaining({ end: 'time_over' })]);
  });

  test('is reloaded after a target duration, or half of it if nothing changed', async () => {
    const { all } = await hear({ targetSeconds: 2 }, 10);
    const times = all('playlist').map(
      ({ atMs }) => atMs / 1_000 - JOINS_AFTER - LATENCY_MS / 1_000,
    );
    expect(times.slice(0, 4)).toEqual([0, 2, 4, 6].map((seconds) => expect.closeTo(seconds)));
    const stopped = await hear({ targetSeconds: 2, encoderStops: [31, 50] }, 6);
    expect(
      stopped.all('playlist').map(({ atMs }) => atMs / 1_000 - JOINS_AFTER - LATENCY_MS / 1_000),
    ).toEqual([0, 2, 3, 4, 5].map((seconds) => expect.closeTo(seconds)));
  });

  test('is as old as its newest segment, and played three target durations behind', async () => {
    const { all } = await hear({ targetSeconds: 2 }, 10);
    const [first, second] = all('playlist');
    expect(first?.age).toEqual({ ms: 300 + LATENCY_MS, uncertaintyMs: 0 });
    expect(first?.behindMs).toBeNull();
    // Segment 12 begins at 24 s, and plays from 30.34 s.
    expect(second?.behindMs).toBeCloseTo(JOINS_AFTER * 1_000 + 2 * LATENCY_MS - 24_000);
  });
});

describe('a planted defect', () => {
  test('is found: a segment that is missing', async () => {
    const { all } = await hear({ targetSeconds: 2, missing: [18] }, 40);
    expect(all('skipped')).toEqual([
      expect.objectContaining({ mediaSequence: 18, durationMs: 2_000, reason: 'not_loaded' }),
    ]);
    // Segments 12 to 17 play for 12 s from the start.
    const [skipped] = all('skipped');
    const [started] = all('started');
    expect((skipped?.atMs ?? 0) - (started?.atMs ?? 0)).toBe(12_000);
    expect(all('problem').map(({ problem }) => problem)).toEqual(
      Array.from({ length: 3 }, () => ({
        ...{ code: 'http_status', status: 404, detail: null, url: 'http://origin.test/18.ts' },
      })),
    );
    expect(all('stalled')).toEqual([]);
  });

  test('is found: a segment that the playlist marks with EXT-X-GAP', async () => {
    const { all } = await hear({ targetSeconds: 2, absent: [18] }, 40);
    expect(all('skipped').map(({ reason }) => reason)).toEqual(['absent']);
    expect(all('problem')).toEqual([]);
  });

  test('is found: an encoder that stops for longer than the buffer', async () => {
    const { all } = await hear({ targetSeconds: 2, encoderStops: [41, 55] }, 50);
    // Segments 12 to 19 play for 16 s from 30.34 s; segment 20 is finished at 42 + 14 s.
    const [stall, ...others] = all('stalled');
    expect(others).toEqual([]);
    expect(stall?.isOver).toBe(true);
    expect(stall?.fromMs).toBe(46_340);
    expect(stall?.toMs).toBeGreaterThan(56_000);
    expect(stall?.toMs).toBeLessThan(57_100);
    const [stale] = all('stale');
    expect(stale?.mediaSequence).toBe(19);
    expect(stale && Math.abs(middleOf(stale.from) - 40_000)).toBeLessThanOrEqual(1_000);
    expect(stale?.to && Math.abs(middleOf(stale.to) - 56_000)).toBeLessThanOrEqual(500);
  });

  test('is found: a playlist that is not updated while segments are written', async () => {
    const { all } = await hear({ targetSeconds: 2, playlistStops: [41, 50], listed: 10 }, 40);
    const [stale, ...others] = all('stale');
    expect(others).toEqual([]);
    expect(stale?.to && middleOf(stale.to)).toBeGreaterThan(49_500);
    expect(stale?.to && middleOf(stale.to)).toBeLessThan(50_500);
    expect(all('skipped')).toEqual([]);
  });

  test('is not over when the listener ends: a stall and a stale playlist', async () => {
    const { all } = await hear({ targetSeconds: 2, encoderStops: [41, 1_000] }, 30);
    expect(all('stalled')).toEqual([
      { type: 'stalled', fromMs: 46_340, toMs: 60_300, isOver: false },
    ]);
    expect(all('stale').map(({ to }) => to)).toEqual([null]);
  });

  test('is found: a jump of the media sequence', async () => {
    const { all } = await hear({ targetSeconds: 2, playlistStops: [41, 70], listed: 3 }, 60);
    // The playlist of 40 s ends with segment 19, that of 70 s lists 32 to 34.
    expect(all('skipped')).toEqual([
      expect.objectContaining({ mediaSequence: 20, segments: 12, reason: 'sequence' }),
    ]);
  });

  test('is found: an older version of the playlist, and numbers that begin again', async () => {
    const old =
      '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:NUMBER\n#EXTINF:2,\n11.ts\n';
    const replaced = (number: number) => (path: string, seconds: number) =>
      path === '/live.m3u8' && seconds > 40 && seconds < 41
        ? { text: old.replace('NUMBER', String(number)) }
        : null;
    const older = await hear({ targetSeconds: 2, replace: replaced(17) }, 20);
    expect(older.all('older_playlist').map(({ segmentsBehind }) => segmentsBehind)).toEqual([1]);
    expect(older.all('skipped')).toEqual([]);
    const restarted = await hear({ targetSeconds: 2, replace: replaced(2) }, 20);
    expect(restarted.all('restarted')).toEqual([expect.objectContaining({ mediaSequence: 2 })]);
  });

  test('is found: a playlist without segments for a while, which skips and restarts nothing', async () => {
    const { all } = await hear(
      {
        targetSeconds: 2,
        replace: (path, seconds) =>
          path === '/live.m3u8' && seconds > 40 && seconds < 42
            ? { text: '#EXTM3U\n#EXT-X-TARGETDURATION:2\n' }
            : null,
      },
      30,
    );
    expect(new Set(all('problem').map(({ problem }) => problem.code))).toEqual(
      new Set(['no_segments']),
    );
    expect([...all('skipped'), ...all('restarted'), ...all('stalled')]).toEqual([]);
    expect(all('segment').map(({ mediaSequence }) => mediaSequence)).toEqual(
      Array.from({ length: all('segment').length }, (_, index) => 12 + index),
    );
  });
});

describe('an address without a live stream', () => {
  const first = async (answer: object | Error) => {
    const heard = await hear({ targetSeconds: 2, replace: () => answer as object }, 30);
    expect(heard.all('ended').map(({ end }) => end)).toEqual(['failed']);
    expect(heard.all('ended')[0]?.atMs).toBeLessThan(34_000);
    return heard.all('problem').map(({ problem: { code, detail, status } }) => ({
      ...{ code, detail, status },
    }));
  };

  test('gives one problem: a page, 404, a recording, another host, a wrong certificate', async () => {
    expect(await first({ text: '<html>\n  hello' })).toEqual([
      { code: 'not_playlist', detail: '<html> hello', status: null },
    ]);
    expect(await first({ status: 404 })).toEqual([
      { code: 'http_status', detail: null, status: 404 },
    ]);
    const vod = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n';
    expect(await first({ text: vod })).toEqual([{ code: 'not_live', detail: null, status: null }]);
    expect(await first({ status: 302, location: 'https://cdn.test/live.m3u8' })).toEqual([
      { code: 'other_host', detail: 'cdn.test', status: null },
    ]);
    const expired = Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' });
    expect(await first(expired)).toEqual([
      { code: 'tls', detail: 'CERT_HAS_EXPIRED', status: null },
    ]);
  });

  test('is tried again where it may pass', async () => {
    expect(await first({ status: 503 })).toHaveLength(3);
    const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    expect((await first(refused)).map(({ code }) => code)).toEqual(Array(3).fill('unreachable'));
  });

  test('ends a listener whose segments are on a host that is not allowed', async () => {
    const text =
      '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttps://cdn.test/a.ts?token=secret\n';
    expect(await first({ text })).toEqual([
      { code: 'other_host', detail: 'cdn.test', status: null },
    ]);
  });
});

test('a stream that ends has no stall', async () => {
  const ends = (path: string, seconds: number) =>
    path === '/live.m3u8' && seconds > 40
      ? {
          text: '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:18\n#EXTINF:2,\n18.ts\n#EXTINF:2,\n19.ts\n#EXT-X-ENDLIST\n',
        }
      : null;
  const { all } = await hear({ targetSeconds: 2, replace: ends }, 60);
  expect(all('ended').map(({ end }) => end)).toEqual(['stream_ended']);
  expect([...all('stalled'), ...all('skipped'), ...all('stale')]).toEqual([]);
});

test('without dates of the encoder, the age is that of the file, within a second', async () => {
  const dated = (path: string) =>
    path === '/live.m3u8'
      ? {
          text: '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n1.ts\n',
          ...{ dateMs: 9_000, lastModifiedMs: 5_000 },
        }
      : null;
  const { all } = await hear({ targetSeconds: 2, replace: dated }, 1);
  expect(all('playlist')[0]?.age).toEqual({ ms: 4_000, uncertaintyMs: 1_000 });
});
