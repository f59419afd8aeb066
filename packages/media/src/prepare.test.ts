import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MediaError, UnreadableError } from './media-error.ts';
import { loadPrepared, prepareMedia } from './prepare.ts';

const MP4 = fileURLToPath(new URL('../test/files/h264-opus.mp4', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'swarm-media-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const kept = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.clip'),
  );

test('a file is prepared once, and loaded by its hash', () => {
  const facts = prepareMedia(MP4, 'video');
  expect(kept()).toHaveLength(1);
  const [path = ''] = kept();
  const { mtimeMs } = statSync(join(folder, path));
  expect(prepareMedia(MP4, 'video')).toEqual(facts);
  expect(statSync(join(folder, path)).mtimeMs).toBe(mtimeMs);
  expect(loadPrepared(facts.sha256, 'video')).toMatchObject({ codec: 'h264', width: 64 });
  prepareMedia(MP4, 'audio');
  expect(kept()).toHaveLength(2);
});

test('a damaged clip in the cache is made again', () => {
  const facts = prepareMedia(MP4, 'video');
  const [path = ''] = kept();
  writeFileSync(join(folder, path), 'damaged');
  expect(prepareMedia(MP4, 'video')).toEqual(facts);
  expect(loadPrepared(facts.sha256, 'video').codec).toBe('h264');
});

test('a missing file and a folder are refused', () => {
  expect(() => prepareMedia(join(folder, 'no.mp4'), 'video')).toThrow(UnreadableError);
  expect(() => prepareMedia(folder, 'video')).toThrow('cannot be read (EISDIR)');
});

test('nothing is cached for a file that cannot be published', () => {
  const bad = join(folder, 'bad.mp4');
  writeFileSync(bad, 'text');
  expect(() => prepareMedia(bad, 'video')).toThrow(MediaError);
  expect(kept()).toEqual([]);
});

test('the error names a cache that cannot be written', () => {
  writeFileSync(join(folder, 'livekit-swarm'), '');
  expect(() => prepareMedia(MP4, 'video')).toThrow(/the cache cannot be written/);
});
