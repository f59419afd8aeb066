import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { assertStarts } from './assert-starts.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-browser-'));
afterAll(() => rmSync(dir, { recursive: true }));

const program = (script: string): string => {
  const path = join(dir, 'chrome');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};

test('a browser prints its version', () => {
  expect(() => assertStarts(program('echo Chromium 141.0.7390.76'))).not.toThrow();
});

test('Firefox prints its version, and another program is rejected', () => {
  expect(() => assertStarts(program('echo Mozilla Firefox 153.8.0esr'), 'firefox')).not.toThrow();
  expect(() => assertStarts(program('echo Chromium 141.0.7390.76'), 'firefox')).toThrow(
    /does not start: Chromium/,
  );
});

test.each([
  ['another program', 'echo true 9.1', /does not start: true 9.1/],
  [
    'one without a library',
    'echo "chrome: error while loading shared libraries: libnss3.so: cannot open" >&2; exit 127',
    /libnss3\.so/,
  ],
  ['one that fails', 'echo Trace/breakpoint trap >&2; exit 133', /Trace\/breakpoint trap/],
])('%s is rejected before a run starts', (_, script, message) => {
  expect(() => assertStarts(program(script))).toThrow(message);
});
