import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from './replace-file.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-replace-file-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function* piecesThenError(): AsyncGenerator<string> {
  yield 'x'.repeat(100_000);
  throw new Error('rendering failed');
}

test('writes text and pieces, and nothing else into the folder', async () => {
  const file = join(dir, 'a.json');
  await replaceFile(file, 'first');
  expect(await readFile(file, 'utf8')).toBe('first');
  await replaceFile(
    file,
    (async function* () {
      yield 'two ';
      yield 'pieces';
    })(),
  );
  expect(await readFile(file, 'utf8')).toBe('two pieces');
  await replaceFile(file, '');
  expect(await readFile(file, 'utf8')).toBe('');
  expect(await readdir(dir)).toEqual(['a.json']);
});

test('a failure leaves the file unchanged, and no temporary file', async () => {
  const file = join(dir, 'a.json');
  await writeFile(file, 'before');
  await expect(replaceFile(file, piecesThenError())).rejects.toThrow('rendering failed');
  expect(await readFile(file, 'utf8')).toBe('before');
  expect(await readdir(dir)).toEqual(['a.json']);
});

test('sets the mode of a new file', async () => {
  const file = join(dir, 'secret');
  await writeFile(file, 'before', { mode: 0o644 });
  await replaceFile(file, 'after', 0o600);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('reports a missing folder as the error of the file system', async () => {
  await expect(replaceFile(join(dir, 'none', 'a.json'), '')).rejects.toThrow('ENOENT');
});
