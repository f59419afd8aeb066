import { readFileSync } from 'node:fs';
import {
  audioClip,
  isSlice,
  MAX_RTP_PAYLOAD,
  type Resolution,
  readOggOpus,
  readSps,
  VIDEO_PRESETS,
  VP8_DESCRIPTOR_BYTES,
  videoClip,
  writeClip,
} from '@livekit-swarm/media';
import { type ClipData, loadClip } from '@livekit-swarm/webrtc';
import { describe, expect, test } from 'vitest';
import { depacketizeH264 } from '../../packages/media/test/support/depacketize.ts';
import { writeAnnexB, writeIvf } from '../../packages/media/test/support/remux.ts';
import { type Manifest, sha256 } from './manifest.ts';

const RESOLUTIONS = Object.keys(VIDEO_PRESETS) as Resolution[];
const VIDEO_SECONDS = 4;

const read = (file: string): Uint8Array => readFileSync(new URL(file, import.meta.url));
const clipHash = (name: string): string => sha256(read(`../../packages/webrtc/clips/${name}.clip`));
const { encoded }: Manifest = JSON.parse(
  readFileSync(new URL('manifest.json', import.meta.url), 'utf8'),
);

interface PlayedFrame {
  payloads: Uint8Array[];
  markers: number[];
  starts: number[];
  duration: number;
  keyframe: boolean;
}

const rows = (table: Uint32Array): [number, number, number, number][] =>
  Array.from({ length: table.length / 4 }, (_, row) => {
    const [a = 0, b = 0, c = 0, d = 0] = table.subarray(row * 4, row * 4 + 4);
    return [a, b, c, d];
  });

/** Reads the tables of a clip as the pump does. */
const play = (clip: ClipData): PlayedFrame[] => {
  const packets = rows(clip.packets);
  return rows(clip.frames).map(([first, count, duration, keyframe]) => {
    const own = packets.slice(first, first + count);
    return {
      payloads: own.map(([offset, length]) => clip.payload.slice(offset, offset + length)),
      markers: own.map(([, , marker]) => marker),
      starts: own.map(([, , , start]) => start),
      duration,
      keyframe: keyframe === 1,
    };
  });
};

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Array with 1 at `index`, and 0 elsewhere. */
const onlyAt = (index: number, length: number): number[] =>
  Array.from({ length }, (_, at) => (at === index ? 1 : 0));

describe('the speech', () => {
  const clip = loadClip('speech');
  const [opus, levels] = [read('encoded/speech.opus'), read('encoded/speech.levels')];

  test('equals its file, with one packet a frame, 50 a second, without a marker', () => {
    const frames = play(clip);
    expect(clip).toMatchObject({
      kind: 'audio',
      codec: 'opus',
      clockRate: 48_000,
      width: 0,
      height: 0,
    });
    expect(frames.map(({ payloads }) => payloads)).toEqual(
      readOggOpus(opus).packets.map(({ data }) => [data]),
    );
    expect(frames).toHaveLength(400);
    for (const { duration, markers, starts, keyframe } of frames)
      expect({ duration, markers, starts, keyframe }).toEqual({
        duration: 960,
        markers: [0],
        starts: [1],
        keyframe: true,
      });
  });

  test('equals the output of the packetizer for the encoded file', () => {
    expect(sha256(opus)).toBe(encoded['speech.opus']);
    expect(sha256(levels)).toBe(encoded['speech.levels']);
    expect(sha256(writeClip(audioClip(opus, levels)))).toBe(clipHash('speech'));
  });

  test('has about 32 kbit/s', () => {
    expect(clip.payload.length).toBeGreaterThan(8 * 32_000 * (0.9 / 8));
    expect(clip.payload.length).toBeLessThan(8 * 32_000 * (1.1 / 8));
  });

  test('is loud enough for livekit-server to see a speaker, and never silent for longer than 200 ms', () => {
    const levels = [...clip.audioLevels];
    const audible = levels.map((level) => (level <= 35 ? 'x' : '.')).join('');
    expect(levels).toHaveLength(400);
    expect(audible.replaceAll('.', '').length).toBeGreaterThan(0.8 * levels.length);
    expect(audible).not.toContain('.'.repeat(11));
  });
});

describe('the speech with DTX', () => {
  const clip = loadClip('speech-dtx');
  const frames = play(clip);

  test('stops for seconds, in which a packet leaves every 400 ms, and marks where it continues', () => {
    const seconds = sum(frames.map(({ duration }) => duration)) / 48_000;
    const paused = frames.filter(({ duration }) => duration > 960);
    const between = sum(paused.map(({ duration }) => duration - 960)) / 48_000;
    expect(seconds).toBe(10);
    expect(between).toBeGreaterThan(3);
    expect(between).toBeLessThan(6);
    for (const { duration, payloads } of paused) {
      expect(duration).toBeLessThanOrEqual(0.4 * 48_000);
      expect(payloads[0]).toHaveLength(1);
    }
    const marked = frames.flatMap(({ markers }, index) => (markers[0] === 1 ? [index] : []));
    expect(marked).toHaveLength(2);
    for (const index of marked) expect(frames.at(index - 1)?.duration).toBeGreaterThan(960);
  });

  test('is loud enough for livekit-server to see a speaker, and silent in its pauses', () => {
    const levels = [...clip.audioLevels];
    expect(levels.filter((level) => level <= 35).length).toBeGreaterThan(100);
    for (const [index, { duration }] of frames.entries())
      if (duration > 960) expect(levels[index]).toBeGreaterThan(55);
  });
});

describe.each([64, 96, 128, 160, 192] as const)('music of %d kbit/s', (kilobits) => {
  const clip = loadClip(`music-${kilobits}`);

  test('has exactly its bit rate, in stereo packets of 20 ms', () => {
    const frames = play(clip);
    expect(clip).toMatchObject({ kind: 'audio', codec: 'opus', clockRate: 48_000 });
    expect(frames).toHaveLength(400);
    for (const { duration, payloads, markers } of frames) {
      const [payload = new Uint8Array()] = payloads;
      expect({ duration, bytes: payload.length, markers }).toEqual({
        duration: 960,
        bytes: (kilobits * 1_000) / 8 / 50,
        markers: [0],
      });
      // The stereo bit of the table-of-contents byte (RFC 6716 §3.1).
      expect((payload[0] ?? 0) & 4).toBe(4);
    }
  });

  test('is never silent', () => {
    expect(Math.max(...clip.audioLevels)).toBeLessThanOrEqual(35);
  });
});

describe.each(RESOLUTIONS)('%s', (resolution) => {
  const preset = VIDEO_PRESETS[resolution];

  describe.each(['vp8', 'h264'] as const)('in %s', (codec) => {
    const name = `${codec}-${resolution}` as const;
    const clip = loadClip(name);
    const frames = play(clip);
    /** Reads the encoded file back from the clip. */
    const file =
      codec === 'vp8'
        ? writeIvf(
            frames.map(({ payloads }) => Buffer.concat(payloads)),
            preset,
          )
        : writeAnnexB(frames.map(({ payloads }) => depacketizeH264(payloads)));

    test('has the size, length and frame rate of its preset, a keyframe every two seconds', () => {
      const { width, height, fps } = preset;
      expect(clip).toMatchObject({ kind: 'video', codec, clockRate: 90_000, width, height });
      expect(frames).toHaveLength(fps * VIDEO_SECONDS);
      expect(new Set(frames.map(({ duration }) => duration))).toEqual(new Set([90_000 / fps]));
      expect(frames.flatMap(({ keyframe }, index) => (keyframe ? [index / fps] : []))).toEqual([
        0, 2,
      ]);
      expect(clip.audioLevels).toHaveLength(0);
    });

    test('has the bit rate of its preset, within a tenth', () => {
      const bitrate = (clip.payload.length * 8) / VIDEO_SECONDS;
      expect(Math.abs(bitrate / preset.maxBitrate - 1)).toBeLessThan(0.1);
    });

    test('marks where frames start and end, and fills the payload without gaps', () => {
      for (const { payloads, markers, starts } of frames) {
        expect(starts).toEqual(onlyAt(0, payloads.length));
        expect(markers).toEqual(onlyAt(payloads.length - 1, payloads.length));
      }
      let end = 0;
      for (const [offset, length] of rows(clip.packets)) {
        expect(offset).toBe(end);
        end += length;
      }
      expect(end).toBe(clip.payload.length);
    });

    test('fits its packets, descriptor included', () => {
      const descriptor = codec === 'vp8' ? VP8_DESCRIPTOR_BYTES : 0;
      const longest = Math.max(...rows(clip.packets).map(([, length]) => length));
      expect(longest + descriptor).toBeLessThanOrEqual(MAX_RTP_PAYLOAD);
    });

    test('equals the encoded file when depacketised', () => {
      expect(sha256(file)).toBe(encoded[`${name}.${codec === 'vp8' ? 'ivf' : 'h264'}`]);
    });

    test('equals the output of the packetizer for the encoded file', () => {
      expect(sha256(writeClip(videoClip(codec, preset, file)))).toBe(clipHash(name));
    });
  });

  test('in h264 has the constrained baseline profile, one slice per picture, and only slices and parameter sets', () => {
    const pictures = play(loadClip(`h264-${resolution}`)).map(({ payloads, keyframe }) => ({
      nals: depacketizeH264(payloads),
      keyframe,
    }));
    for (const { nals, keyframe } of pictures) {
      const types = nals.map((nal) => (nal[0] ?? 0) & 0x1f);
      expect(types).toEqual(keyframe ? [7, 8, 5] : [1]);
      expect(sum(nals.map((nal) => (isSlice(nal) ? 1 : 0)))).toBe(1);
    }
    const level = resolution === '1080p' ? '28' : '1f';
    expect(readSps(pictures[0]?.nals[0] ?? new Uint8Array())).toEqual({
      profileLevelId: `42c0${level}`,
      width: preset.width,
      height: preset.height,
    });
  });
});
