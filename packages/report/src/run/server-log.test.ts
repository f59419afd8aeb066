import { createSummary, type Summary } from '@livekit-swarm/analysis';
import type { ServerLogLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { expect, test } from 'vitest';
import { serverLogNotes, serverLogTable } from './server-log.ts';

const logOf = (more: Partial<ServerLogLine>): ServerLogLine => ({
  ...{ type: 'server_log', at: 20_000, node: 'node-1', file: 'livekit.log' },
  ...{ entries: 90, groups: [], omitted: 0, ...more },
});

const summaryOf = (...logs: ServerLogLine[]): Summary => {
  const fold = createSummary();
  const lines = recordOf(specOf({ rooms: 2, durationMs: 16_000 }));
  for (const line of [...lines.slice(0, -1), ...logs]) fold.add(line);
  fold.add({ type: 'end', at: 16_000, reason: 'completed' });
  return fold.result();
};

const lost = {
  ...{ level: 'error' as const, message: 'could not write', error: 'broken pipe' },
  seconds: [
    [3, 1],
    [8, 9],
  ] as [number, number][],
};

test('a message has its entries, and when they were logged', () => {
  const slow = {
    level: 'warn' as const,
    message: 'slow',
    seconds: [[15, 40]] as [number, number][],
  };
  const summary = summaryOf(logOf({ groups: [lost, slow], omitted: 1_200 }));
  expect(serverLogTable(summary).rows).toEqual([
    ['error', '10', '···▁····█·······', '3–8', 'could not write: broken pipe'],
    ['warning', '40', '···············█', '15', 'slow'],
  ]);
  expect(serverLogNotes(summary)).toEqual([
    'Log of node-1: 1,200 more warnings and errors, see livekit.log.',
  ]);
});

test('several nodes are named, and a log without warnings or that cannot be read', () => {
  const summary = summaryOf(
    logOf({ node: 'node-1', groups: [lost] }),
    logOf({ node: 'node-2' }),
    logOf({ node: 'node-3', entries: 0, message: 'EACCES: permission denied' }),
    logOf({ node: 'node-4', message: 'it was rotated' }),
  );
  expect(serverLogTable(summary).rows).toEqual([
    ['node-1', 'error', '10', '···▁····█·······', '3–8', 'could not write: broken pipe'],
  ]);
  expect(serverLogNotes(summary)).toEqual([
    'Log of node-2: no warning or error in 90 entries.',
    'Log of node-3 not read: EACCES: permission denied.',
    'Log of node-4: it was rotated.',
    'Log of node-4: no warning or error in 90 entries.',
  ]);
});
