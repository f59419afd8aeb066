import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readHostSettings, restoreHostSettings } from './host-settings.ts';

test('changed settings are restored, and others stay', () => {
  const root = mkdtempSync(join(tmpdir(), 'swarm-sys-'));
  mkdirSync(join(root, 'vm'));
  writeFileSync(join(root, 'vm/overcommit_memory'), '0\n');
  writeFileSync(join(root, 'vm/panic_on_oom'), '2\n');
  const before = readHostSettings(root);
  expect(before).toEqual({ 'vm/overcommit_memory': '0', 'vm/panic_on_oom': '2' });
  writeFileSync(join(root, 'vm/overcommit_memory'), '1\n');
  expect(restoreHostSettings(before, root)).toEqual([]);
  expect(readFileSync(join(root, 'vm/overcommit_memory'), 'utf8')).toBe('0');
  expect(readFileSync(join(root, 'vm/panic_on_oom'), 'utf8')).toBe('2\n');
});

test('settings that cannot be restored are named', () => {
  expect(
    restoreHostSettings({ 'vm/overcommit_memory': '0' }, join(tmpdir(), 'no', 'such', 'folder')),
  ).toEqual(['vm/overcommit_memory']);
});
