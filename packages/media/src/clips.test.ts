import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAnnexB } from './annex-b.ts';
import type { Clip } from './clip.ts';
import { clipLoader, type LoadClip, loadClip } from './clips.ts';
import { readSps } from './h264-sps.ts';
import { readIvf } from './ivf.ts';
import { type Manifest, parseManifest, sha256 } from './manifest.ts';
import { MediaError } from './media-error.ts';
import { isSlice } from './nal-unit.ts';
import { readOggOpus } from './ogg-opus.ts';
import { VP8_DESCRIPTOR_BYTES } from './packetize-vp8.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';
import { depacketizeH264 } from './testing/depacketize.ts';
import { type Resolution, VIDEO_PRESETS } from './video-preset.ts';

const CLIPS = new URL('../clips/', import.meta.url);
const RESOLUTIONS = Object.keys(VIDEO_PRESETS) as Resolution[];
const VIDEO_SECONDS = 4;

const readClipFile = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, CLIPS)));

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

/** Reads a clip's tables as the pump does. */
const play = (clip: Clip): PlayedFrame[] => {
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

/** 1 for the one at `index`, 0 for the others. */
const onlyAt = (index: number, length: number): number[] => Array.from({ length }, (_, at) => (at === index ? 1 : 0));

describe('the speech', () => {
  const clip = loadClip({ kind: 'audio' });

  test('is its file, one packet a frame, 50 a second, without a marker', () => {
    const frames = play(clip);
    expect(clip).toMatchObject({ kind: 'audio', codec: 'opus', clockRate: 48_000, width: 0, height: 0 });
    expect(frames.map(({ payloads }) => payloads)).toEqual(
      readOggOpus(readClipFile('speech.opus')).packets.map(({ data }) => [data]),
    );
    expect(frames).toHaveLength(400);
    for (const { duration, markers, starts, keyframe } of frames)
      expect({ duration, markers, starts, keyframe }).toEqual({ duration: 960, markers: [0], starts: [1], keyframe: true });
  });

  test('has about 32 kbit/s', () => {
    expect(clip.payload.length).toBeGreaterThan(8 * 32_000 * (0.9 / 8));
    expect(clip.payload.length).toBeLessThan(8 * 32_000 * (1.1 / 8));
  });

  test('is loud enough for livekit-server to see a speaker, and never still for longer than 200 ms', () => {
    const levels = [...clip.audioLevels];
    const audible = levels.map((level) => (level <= 35 ? 'x' : '.')).join('');
    expect(levels).toHaveLength(400);
    expect(audible.replaceAll('.', '').length).toBeGreaterThan(0.8 * levels.length);
    expect(audible).not.toContain('.'.repeat(11));
  });
});

describe.each(RESOLUTIONS)('%s', (resolution) => {
  const preset = VIDEO_PRESETS[resolution];

  describe.each(['vp8', 'h264'] as const)('in %s', (codec) => {
    const clip = loadClip({ kind: 'video', codec, resolution });
    const frames = play(clip);
    const file = readClipFile(`${codec}-${resolution}.${codec === 'vp8' ? 'ivf' : 'h264'}`);

    test('has the size, length and frame rate of its preset, a keyframe every two seconds', () => {
      const { width, height, fps } = preset;
      expect(clip).toMatchObject({ kind: 'video', codec, clockRate: 90_000, width, height });
      expect(frames).toHaveLength(fps * VIDEO_SECONDS);
      expect(new Set(frames.map(({ duration }) => duration))).toEqual(new Set([90_000 / fps]));
      expect(frames.flatMap(({ keyframe }, index) => (keyframe ? [index / fps] : []))).toEqual([0, 2]);
      expect(clip.audioLevels).toHaveLength(0);
    });

    test('has the bit rate of its preset, within a tenth', () => {
      const bitrate = (clip.payload.length * 8) / VIDEO_SECONDS;
      expect(Math.abs(bitrate / preset.maxBitrate - 1)).toBeLessThan(0.1);
    });

    test('says where frames start and end, and fills the payload without gaps', () => {
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

    test('is its file again when depacketised', () => {
      const received = frames.map(({ payloads }) => (codec === 'vp8' ? [Buffer.concat(payloads)] : depacketizeH264(payloads)));
      const sent = codec === 'vp8' ? readIvf(file).frames.map(({ data }) => [data]) : readAnnexB(file).map(({ nals }) => nals);
      const hashes = (pictures: Uint8Array[][]): string[][] => pictures.map((parts) => parts.map(sha256));
      expect(hashes(received)).toEqual(hashes(sent));
    });
  });

  test('in h264 is of the constrained baseline, one slice a picture, nothing but slices and parameter sets', () => {
    const pictures = readAnnexB(readClipFile(`h264-${resolution}.h264`));
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

test('a clip is loaded once', () => {
  expect(loadClip({ kind: 'audio' })).toBe(loadClip({ kind: 'audio' }));
  const video = { kind: 'video', codec: 'vp8', resolution: '180p' } as const;
  expect(loadClip(video)).toBe(loadClip({ ...video }));
  expect(loadClip(video)).not.toBe(loadClip({ ...video, codec: 'h264' }));
});

describe('a damaged directory', () => {
  let directory = '';
  let load: LoadClip = loadClip;
  const at = (name: string): string => join(directory, name);
  const overwrite = (name: string, change: (bytes: Buffer) => Uint8Array): void =>
    writeFileSync(at(name), change(readFileSync(at(name))));
  const rewriteManifest = (change: (manifest: Manifest) => void): void => {
    const manifest = parseManifest(readFileSync(at('manifest.json'), 'utf8'));
    change(manifest);
    writeFileSync(at('manifest.json'), JSON.stringify(manifest));
  };
  const video = (codec: 'vp8' | 'h264') => (): Clip => load({ kind: 'video', codec, resolution: '180p' });
  const audio = (): Clip => load({ kind: 'audio' });
  /** Damages a file and has the manifest agree, so that the readers meet it. */
  const overwriteWithHash = (name: string, change: (bytes: Buffer) => Uint8Array): void => {
    overwrite(name, change);
    rewriteManifest((manifest) => {
      for (const entry of [manifest.audio, manifest.audio.levels, ...manifest.video])
        if (entry.file === name) entry.sha256 = sha256(readFileSync(at(name)));
    });
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'swarm-clips-test-'));
    for (const name of ['manifest.json', 'speech.opus', 'speech.levels', 'vp8-180p.ivf', 'h264-180p.h264'])
      cpSync(new URL(name, CLIPS), at(name));
    load = clipLoader(pathToFileURL(`${directory}/`));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('whose files are whole loads', () => {
    expect(video('vp8')().frames).toHaveLength(80 * 4);
    expect(audio().frames).toHaveLength(400 * 4);
  });

  test('a changed byte and a cut end differ from the manifest', () => {
    overwrite('vp8-180p.ivf', (bytes) => bytes.fill(0xaa, 5000, 5001));
    overwrite('h264-180p.h264', (bytes) => bytes.subarray(0, -100));
    overwrite('speech.levels', (bytes) => bytes.fill(0));
    expect(video('vp8')).toThrow(
      /^clip vp8-180p.ivf: it is not the file of the manifest: SHA-256 is [0-9a-f]{64}, should be [0-9a-f]{64}\. Install/,
    );
    expect(video('h264')).toThrow('clip h264-180p.h264: it is not the file of the manifest');
    expect(audio).toThrow('clip speech.opus: it is not the file of the manifest');
  });

  test('after a failure a repaired file loads', () => {
    overwrite('vp8-180p.ivf', (bytes) => bytes.subarray(0, 100));
    expect(video('vp8')).toThrow(MediaError);
    cpSync(new URL('vp8-180p.ivf', CLIPS), at('vp8-180p.ivf'));
    expect(video('vp8')().width).toBe(320);
  });

  test('a missing clip and a missing manifest say so', () => {
    rmSync(at('speech.opus'));
    expect(audio).toThrow(/clip speech.opus: ENOENT.*Install the package again/);
    expect(() => load({ kind: 'video', codec: 'vp8', resolution: '720p' })).toThrow(/clip vp8-720p.ivf: ENOENT/);
    rmSync(at('manifest.json'));
    expect(() => clipLoader(pathToFileURL(`${directory}/`))({ kind: 'audio' })).toThrow(/clip manifest.json: ENOENT/);
  });

  test('a manifest that is no manifest says which field', () => {
    writeFileSync(at('manifest.json'), '{"madeWith": {}, "video": []');
    expect(audio).toThrow(/clip manifest.json: the manifest cannot be read: SyntaxError/);
    writeFileSync(at('manifest.json'), '{"madeWith": {}, "video": []}');
    expect(audio).toThrow(/audio/);
  });

  test('a manifest without the clip says so', () => {
    rewriteManifest((manifest) => {
      manifest.video = manifest.video.filter(({ codec }) => codec !== 'h264');
    });
    expect(video('h264')).toThrow('lists no h264 clip of 180p');
  });

  test('a whole file that is not what the manifest says is refused', () => {
    rewriteManifest((manifest) => {
      manifest.audio.frames = 399;
      for (const entry of manifest.video) entry.frames += 1;
    });
    expect(audio).toThrow('has 400 packets; the manifest says 399');
    expect(video('vp8')).toThrow('has 80 frames; the manifest says 81');
    expect(video('h264')).toThrow('has 80 frames; the manifest says 81');
  });

  test('damage that the hash does not show is found by the readers', () => {
    overwriteWithHash('vp8-180p.ivf', (bytes) => bytes.subarray(0, -1));
    overwriteWithHash('speech.opus', (bytes) => bytes.subarray(0, -1));
    expect(video('vp8')).toThrow(/IVF frame 79 at byte \d+ is cut off/);
    expect(audio).toThrow(/the Ogg page at byte \d+ is cut off/);
  });

  test('levels for fewer packets, a first frame that is no keyframe, and a keyframe without parameter sets are refused', () => {
    overwriteWithHash('speech.levels', (bytes) => bytes.subarray(1));
    overwriteWithHash('h264-180p.h264', (bytes) => bytes.subarray(bytes.indexOf(Buffer.from([0, 0, 1, 0x65]))));
    overwriteWithHash('vp8-180p.ivf', (bytes) => {
      const firstFrame = 12 + bytes.readUInt32LE(32);
      return Buffer.concat([bytes.subarray(0, 32), bytes.subarray(32 + firstFrame)]);
    });
    expect(audio).toThrow('has 400 packets and 399 audio levels');
    expect(video('h264')).toThrow('keyframe 0 comes without parameter sets');
    expect(video('vp8')).toThrow('frame 0 is not due at 0/20 s');
  });
});
