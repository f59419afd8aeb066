import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { hasErrorCode } from '@livekit-swarm/settings';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProgram } from './program.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-roll-'));
  vi.stubEnv('XDG_CACHE_HOME', dir);
  vi.stubEnv('XDG_STATE_HOME', dir);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};

/** Message and hint of the usage error of `swarm roll`. */
const problemOf = async (...args: string[]): Promise<string> => {
  const stream = new PassThrough();
  const program = createProgram({ stdout: stream, stderr: stream, env: process.env }, () => {});
  try {
    await program.parseAsync(['roll', ...args], { from: 'user' });
  } catch (error) {
    if (hasErrorCode(error, 'usage')) return `${error.message}: ${error.hint}`;
    throw error;
  }
  throw new Error('it was accepted');
};

const calls = (executor: string): string =>
  file(
    'calls.yaml',
    `scenario: calls
groups:
  calls:
    executor: ${executor}
    roles:
      speaker: { count: 2, publish: audio }
`,
  );
const CONSTANT = `constant-rooms
    rooms: 2
    joinRate: 10/s
    duration: 10s`;

it('needs calls, and releases that it can start', async () => {
  expect(await problemOf('1.13.4', '1.13.5')).toMatch(/no --load was given: add --load/);
  const load = calls(CONSTANT);
  expect(await problemOf('1.2.3', '1.13.5', '--load', load)).toMatch(
    /version 1\.2\.3 is not pinned/,
  );
  expect(await problemOf('1.13.4', '1.2.3', '--load', load)).toMatch(
    /version 1\.2\.3 is not pinned/,
  );
  expect(await problemOf('1.13.4', '1.13.5@cpu=1', '--load', load)).toMatch(
    /leave @cpu and @memory out/,
  );
});

it.each([
  ['continuity: {}', /measures continuity, which a roll/],
  ['abort: { controlGroupInterrupted: 20%, for: 10s }', /leaves no control group/],
])('refuses a drill file with %s', async (line, problem) => {
  const drill = file('drill.yaml', `drill: mine\nfaults: []\n${line}\n`);
  const args = ['1.13.4', '1.13.5', '--load', calls(CONSTANT)];
  expect(await problemOf(...args, '--drill', drill)).toMatch(problem);
});

it('refuses a drill file with faults, and numbers that are none', async () => {
  const load = calls(CONSTANT);
  const drill = file('drill.yaml', 'drill: mine\nfaults: [{ fault: kill, target: room-node }]\n');
  const args = ['1.13.4', '1.13.5', '--load', load];
  expect(await problemOf(...args, '--drill', drill)).toMatch(/has faults.*faults: \[\]/);
  expect(await problemOf(...args, '--nodes', '0')).toMatch(/--nodes 0/);
  expect(await problemOf(...args, '--drain', 'long')).toMatch(/long/);
});

it('refuses a deployment without its keys', async () => {
  const load = calls(CONSTANT);
  expect(await problemOf('v1', 'v2', '--load', load, '--docker', 'staging')).toMatch(
    /the URL and the API key are not known/,
  );
});
