import { expect, test } from 'vitest';
import { readIdleServer } from './idle-server.ts';
import { type NodeFigures, type ServerSource, SourceError } from './server-source.ts';

/** Source that returns its answers one after the other, and then repeats the last one. */
const sourceOf = (answers: readonly NodeFigures[], node = 'node-1'): ServerSource => {
  let next = 0;
  return {
    name: 'metrics',
    where: null,
    sample: async () => {
      const figures = answers[Math.min(next++, answers.length - 1)] ?? {};
      return [{ id: 'ND_1', name: node, measuredAtMs: 0, figures }];
    },
  };
};
const rest = (sources: ServerSource[], more: { foreignRooms?: number; settleMs?: number } = {}) =>
  readIdleServer({
    sources,
    foreignRooms: 0,
    settleMs: 2_000,
    intervalMs: 1,
    signal: new AbortController().signal,
    ...more,
  });

test('the reading waits until the last room is closed and goroutines have ended', async () => {
  const ending = [900, 700, 400, 200, 102, 101, 100].map((goroutines, index) => ({
    goroutines,
    rooms: index < 3 ? 2 : 0,
  }));
  const { nodes, isIdle } = await rest([sourceOf(ending)]);
  expect(isIdle).toBe(true);
  expect(nodes).toMatchObject([{ id: 'ND_1', figures: { goroutines: 100, rooms: 0 } }]);
});

test('a server with rooms is not at rest, unless they belong to other users', async () => {
  const busy = () => sourceOf([{ goroutines: 100, rooms: 1 }]);
  expect(await rest([busy()], { settleMs: 30 })).toMatchObject({ isIdle: false });
  expect(await rest([busy()], { foreignRooms: 1 })).toMatchObject({ isIdle: true });
});

test('a server whose rooms are unknown is not at rest', async () => {
  const source = sourceOf([{ goroutines: 100 }]);
  expect(await rest([source], { settleMs: 30 })).toMatchObject({ isIdle: false });
});

test('each figure of a node comes from the first source that has it', async () => {
  const exact = sourceOf([{ memoryBytes: 5 }]);
  const other = sourceOf([{ memoryBytes: 9, goroutines: 100, rooms: 0 }]);
  const { nodes } = await rest([exact, other]);
  expect(nodes.map(({ figures }) => figures)).toEqual([
    { memoryBytes: 5, goroutines: 100, rooms: 0 },
  ]);
});

test('a source that does not answer is asked again while there is time', async () => {
  const steady = sourceOf([{ goroutines: 100, rooms: 0 }]);
  const silentFor = (calls: number): ServerSource => {
    let asked = 0;
    return {
      ...steady,
      sample: (signal) =>
        asked++ < calls
          ? Promise.reject(new SourceError('timeout', 'node-1 does not answer in time'))
          : steady.sample(signal),
    };
  };
  expect(await rest([silentFor(3)])).toMatchObject({ isIdle: true });
  await expect(rest([silentFor(1_000_000)], { settleMs: 30 })).rejects.toThrow(SourceError);
});

test('the reading ends with its signal', async () => {
  const signal = AbortSignal.timeout(5);
  const source = sourceOf([{ goroutines: 100, rooms: 3 }]);
  await expect(
    readIdleServer({ sources: [source], foreignRooms: 0, settleMs: 60_000, signal }),
  ).rejects.toThrow(/abort/i);
});
