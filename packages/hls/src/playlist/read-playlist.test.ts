import { describe, expect, test } from 'vitest';
import { chooseVariant } from './choose-variant.ts';
import { startOf } from './live-edge.ts';
import type { MediaPlaylist, MultivariantPlaylist } from './playlist.ts';
import { readPlaylist } from './read-playlist.ts';

const BASE = new URL('https://cdn.example.com/a/b.m3u8?token=secret');

const mediaOf = (text: string): MediaPlaylist => {
  const playlist = readPlaylist(text, BASE);
  if ('code' in playlist || playlist.type !== 'media') throw new Error(JSON.stringify(playlist));
  return playlist;
};

// RFC 8216 section 8.3, with tags of other sections.
const LIVE = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-MEDIA-SEQUENCE:7794
#EXT-X-TARGETDURATION:15
#EXT-X-MAP:URI="init.mp4",BYTERANGE="900@0"
#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example.com/key.php?r=52"
#EXT-X-PROGRAM-DATE-TIME:2026-11-26T10:00:00.000Z
#EXTINF:2.833,
#EXT-X-BYTERANGE:75232@900
fileSequence52-A.mp4
#EXTINF:15.0,
#EXT-X-BYTERANGE:82112
fileSequence52-A.mp4
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=NONE
#EXT-X-GAP
#EXTINF:13.333,
/archive/fileSequence53-A.mp4
`;

describe('a media playlist', () => {
  test('gives segments with addresses, ranges, keys and dates', () => {
    const { segments, targetDurationMs, hasEnded, leftOut } = mediaOf(LIVE);
    expect([targetDurationMs, hasEnded, leftOut]).toEqual([15_000, false, []]);
    const map = { url: new URL('https://cdn.example.com/a/init.mp4'), range: expect.anything() };
    const keyUrl = new URL('https://keys.example.com/key.php?r=52');
    const date = Date.parse('2026-11-26T10:00:00.000Z');
    expect(segments).toEqual([
      expect.objectContaining({
        ...{ mediaSequence: 7_794, durationMs: 2_833, programDateMs: date, keyUrl, map },
        ...{ range: { offset: 900, length: 75_232 }, discontinuity: false, isAbsent: false },
      }),
      expect.objectContaining({
        ...{ mediaSequence: 7_795, programDateMs: date + 2_833 },
        range: { offset: 76_132, length: 82_112 },
      }),
      expect.objectContaining({
        ...{ url: new URL('https://cdn.example.com/archive/fileSequence53-A.mp4'), keyUrl: null },
        ...{ discontinuity: true, isAbsent: true, programDateMs: null, range: null },
      }),
    ]);
  });

  test('names what is not followed: parts and keys of DRM systems', () => {
    const parts = `#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.0
#EXT-X-PART-INF:PART-TARGET=0.33334
#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key1",KEYFORMAT="com.apple.streamingkeydelivery"
#EXTINF:4.00008,
fileSequence271.mp4
#EXT-X-PART:DURATION=0.33334,URI="filePart272.a.mp4"
`;
    const { leftOut, segments } = mediaOf(parts);
    expect(leftOut).toEqual(['low_latency_parts', 'protected_keys']);
    expect(segments.map(({ keyUrl }) => keyUrl)).toEqual([null]);
  });

  test('is started three target durations before its end, or where EXT-X-START points to', () => {
    const listed = (start: string, count: number): MediaPlaylist =>
      mediaOf(
        `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:100\n${start}${'#EXTINF:2,\na.ts\n'.repeat(count)}`,
      );
    expect(startOf(listed('', 10))).toBe(107);
    expect(startOf(listed('', 2))).toBe(100);
    expect(startOf(listed('#EXT-X-START:TIME-OFFSET=-13\n', 10))).toBe(103);
    expect(startOf(listed('#EXT-X-START:TIME-OFFSET=4.5\n', 10))).toBe(102);
  });
});

test('of the variants, the highest that fits is followed', () => {
  const playlist = readPlaylist(
    `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=1280000
low/audio-video.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=86000,URI="low/iframe.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=7680000
hi/audio-video.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2560000
mid/audio-video.m3u8
`,
    BASE,
  ) as MultivariantPlaylist;
  const pathFor = (most: number | null): string =>
    chooseVariant(playlist.variants, most).url.pathname;
  expect(pathFor(null)).toBe('/a/hi/audio-video.m3u8');
  expect(pathFor(3_000_000)).toBe('/a/mid/audio-video.m3u8');
  expect(pathFor(1)).toBe('/a/low/audio-video.m3u8');
});

test.each([
  ['', ''],
  ['<!doctype html>\n<title>Not found</title>', '<!doctype html> <title>Not found</title>'],
  ['#EXTM3U\n#EXTINF:2,\na.ts\n', 'it has no EXT-X-TARGETDURATION'],
  ['#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://[bad\n', 'not an address: http://[bad'],
])('%j is not a playlist', (text, detail) => {
  // The address is without its query, which may hold a secret.
  const url = 'https://cdn.example.com/a/b.m3u8';
  expect(readPlaylist(text, BASE)).toEqual({ code: 'not_playlist', url, status: null, detail });
});
