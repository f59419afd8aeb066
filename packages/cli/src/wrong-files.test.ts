import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runProgram } from '../test/support/run-program.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-wrong-files-'));
afterAll(() => rmSync(dir, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
};
const drill = file('drill.yaml', 'drill: kill\nfaults: []\n');
const scenario = file('scenario.yaml', 'scenario: calls\ngroups: {}\n');
const none = join(dir, 'none.mp4');
const isError = (error: unknown): error is never => error instanceof Error;

/** [command line, what it prints or how it ends] */
const WRONG: [string, RegExp][] = [
  [`validate ${drill}`, /:1:1: is a drill, not a scenario\n +→ "swarm chaos validate" checks it/],
  [`chaos validate ${scenario}`, /is a scenario, not a drill\n +→ "swarm validate" checks it/],
  [`plan ${drill}`, /is a drill, not a scenario/],
  [`scale ${drill}`, /is a drill, not a scaler/],
  ['scale forcast', /^forcast: cannot be read: there is no such file; did you mean swarm scale fo/],
  [`scale ${none}`, /there is no such file; give the path of a scaler file/],
  [`scale forecast ${none}`, /none\.mp4: cannot be read: there is no such file/],
  [`mixin --config ${none}`, /there is no such file; swarm mixin --print-config > mixin\.yaml/],
  [`exporter --config ${none}`, /--config .*none\.mp4: cannot be read: there is no such file/],
  [`recordings check ${none}`, /none\.mp4: there is no such file; check the path/],
  [`recordings check ${none} ${none}2`, /^none of the 2 files exists: .*none\.mp4, …; check the/],
];

it.each(WRONG)('swarm %s', async (line, expected) => {
  const { stdout, error } = await runProgram(line.split(' '), {}, isError);
  expect(error === '' ? stdout : error).toMatch(expected);
});
