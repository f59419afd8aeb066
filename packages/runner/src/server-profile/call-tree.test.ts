import { expect, test } from 'vitest';
import { callTreeOf } from './call-tree.ts';

const SECOND = 1e9;

test('stacks become functions, and a tree with callers first', () => {
  const tree = callTreeOf([
    { calls: ['main', 'read', 'copy'], nanos: 2 * SECOND },
    { calls: ['main', 'write', 'copy'], nanos: SECOND },
    { calls: ['main', 'read'], nanos: SECOND },
  ]);
  expect(tree).toEqual({
    cpuMs: 4_000,
    functions: [
      { name: 'copy', selfMs: 3_000, totalMs: 3_000 },
      { name: 'read', selfMs: 1_000, totalMs: 3_000 },
    ],
    names: ['main', 'read', 'copy', 'write'],
    frames: [
      [0, -1, 4_000],
      [1, 0, 3_000],
      [2, 1, 2_000],
      [3, 0, 1_000],
      [2, 3, 1_000],
    ],
  });
});

test('a function that calls itself counts once', () => {
  const { functions } = callTreeOf([{ calls: ['walk', 'walk', 'walk'], nanos: SECOND }]);
  expect(functions).toEqual([{ name: 'walk', selfMs: 1_000, totalMs: 1_000 }]);
});

test('a line stays small, whatever is in the profile', () => {
  const stacks = Array.from({ length: 200 }, (_, index) => ({
    calls: Array.from({ length: 60 }, (_, depth) => `${'x'.repeat(500)}${index % 50}.${depth}`),
    nanos: SECOND,
  }));
  const { frames, names, functions } = callTreeOf(stacks);
  expect(frames).toHaveLength(400);
  expect(functions).toHaveLength(25);
  expect(Math.max(...names.map(({ length }) => length))).toBe(200);
  for (const [index, [, caller]] of frames.entries()) expect(caller).toBeLessThan(index);
});

test('frames with little time are left out', () => {
  const { frames, names } = callTreeOf([
    { calls: ['main', 'often'], nanos: 999 * SECOND },
    { calls: ['main', 'seldom'], nanos: SECOND },
  ]);
  expect(frames).toHaveLength(2);
  expect(names).toEqual(['main', 'often']);
});
