import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOtherProgramsMeter } from './other-programs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swarm-proc-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/**
 * Writes the files by which the kernel shows a process.
 * @param ticks CPU time, hundredths of a second
 */
const process = (pid: number, parent: number, name: string, ticks: number): void => {
  mkdirSync(join(root, String(pid)), { recursive: true });
  writeFileSync(
    join(root, String(pid), 'stat'),
    `${pid} (${name}) S ${parent} 1 1 0 -1 4194304 100 0 0 0 ${ticks} 0 0 0 20 0 1 0 5 0 0\n`,
  );
};

test('lists the other programs with the most CPU time, without the run and its descendants', () => {
  process(10, 1, 'swarm', 0);
  process(11, 10, 'swarm process', 0);
  process(12, 11, 'livekit-server', 0);
  process(20, 1, 'cc1plus', 0);
  process(21, 1, 'cc1plus', 0);
  process(30, 1, 'a (b) c', 500);
  process(40, 1, 'evil\u001b[2J', 0);
  process(50, 1, 'idle', 0);
  mkdirSync(join(root, 'sys'));
  const meter = createOtherProgramsMeter(root, 10);
  process(11, 10, 'swarm process', 20);
  process(12, 11, 'livekit-server', 10);
  process(20, 1, 'cc1plus', 60);
  process(21, 1, 'cc1plus', 60);
  process(30, 1, 'a (b) c', 540);
  process(40, 1, 'evil\u001b[2J', 30);
  process(50, 1, 'idle', 1);
  const found = meter(performance.now() + 1_000);
  expect(found?.top.map(({ name }) => name)).toEqual(['cc1plus', 'a (b) c', 'evil?[2J']);
  expect(found?.top[0]?.cores).toBeCloseTo(1.2, 1);
  expect(found?.ownCores).toBeCloseTo(0.3, 1);
  const quiet = meter(performance.now() + 2_000);
  expect(quiet).toEqual({ ownCores: 0, top: [] });
});

test('returns null without a proc file system', () => {
  expect(createOtherProgramsMeter(join(root, 'missing'), 10)(performance.now() + 1_000)).toBeNull();
});
