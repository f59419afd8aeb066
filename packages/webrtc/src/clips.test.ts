import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLIP_FORMAT, loadClip, readClip } from './clips.ts';

const file = readFileSync(new URL('../clips/vp8-180p.clip', import.meta.url));

/** The file with some of its bytes changed. */
const changed = (change: (bytes: Buffer) => void): Buffer => {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
};

test('a clip has one row per packet and frame, and the payload they refer to', () => {
  const clip = readClip(file);
  expect(clip).toMatchObject({
    kind: 'video',
    codec: 'vp8',
    clockRate: 90_000,
    width: 320,
    height: 180,
  });
  expect(clip.frames).toHaveLength(80 * 4);
  const [offset = 0, length = 0] = clip.packets.subarray(-4);
  expect(offset + length).toBe(clip.payload.length);
  expect([...clip.frames.subarray(0, 4)]).toEqual([0, 6, 4500, 1]);
});

test('audio has a level per frame', () => {
  const { kind, codec, clockRate, audioLevels } = loadClip('speech');
  expect({ kind, codec, clockRate, levels: audioLevels.length }).toEqual({
    kind: 'audio',
    codec: 'opus',
    clockRate: 48_000,
    levels: 400,
  });
});

test('a file of another kind, version or codec is refused', () => {
  const { at } = CLIP_FORMAT;
  expect(() => readClip(new Uint8Array())).toThrow('does not begin with a clip header of 76 bytes');
  expect(() => readClip(changed((bytes) => bytes.write('DKIF')))).toThrow(
    'does not begin with a clip header',
  );
  expect(() => readClip(changed((bytes) => bytes.writeUInt32LE(2, at.version)))).toThrow(
    'has format version 2; 1 is supported',
  );
  expect(() => readClip(changed((bytes) => bytes.writeUInt32LE(255, at.codec)))).toThrow(
    /codec number 255; known are 0 to \d+/,
  );
});

test('a cut end and a changed byte are found', () => {
  expect(() => readClip(file.subarray(0, -1))).toThrow(
    `has ${file.length - 1} bytes; its header announces ${file.length}`,
  );
  expect(() => readClip(changed((bytes) => bytes.fill(0xaa, 5000, 5001)))).toThrow(
    'do not match their SHA-256',
  );
});

test('a clip is loaded once', () => {
  expect(loadClip('vp8-180p')).toBe(loadClip('vp8-180p'));
  expect(loadClip('vp8-180p')).not.toBe(loadClip('h264-180p'));
});

describe('in another folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'swarm-clips-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a missing clip is an error with its name and what to do; once repaired it loads', () => {
    const directory = pathToFileURL(`${folder}/`);
    expect(() => loadClip('vp8-180p', directory)).toThrow(
      /^clip vp8-180p cannot be loaded: ENOENT.*Install livekit-swarm again/,
    );
    writeFileSync(join(folder, 'vp8-180p.clip'), file);
    expect(loadClip('vp8-180p', directory).width).toBe(320);
  });
});
