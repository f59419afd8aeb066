import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-folder-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('makeFolder', () => {
  it('creates missing parents, and accepts an existing folder', () => {
    const path = join(dir, 'a', 'b', 'c');
    makeFolder(path);
    makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('fails if a file is in the way', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => makeFolder(join(dir, 'file', 'sub'))).toThrow(/ENOTDIR/);
  });

  it.runIf(process.platform === 'linux')(
    'fails at once under /proc, where no folder can be created',
    () => {
      expect(() => makeFolder('/proc/nowhere')).toThrow(/ENOENT/);
      expect(() => makeFolder('/proc/nowhere/deep/down')).toThrow(/ENOENT/);
    },
  );

  it('fails without write permission', ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write everywhere: run the tests as another user');
    chmodSync(dir, 0o500);
    expect(() => makeFolder(join(dir, 'a', 'b'))).toThrow(/EACCES/);
  });
});
