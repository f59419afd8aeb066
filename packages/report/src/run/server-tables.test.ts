import { createSummary, decideVerdict, type Summary } from '@livekit-swarm/analysis';
import type { RecordLine } from '@livekit-swarm/record';
import { specOf } from '@livekit-swarm/testkit/load-spec';
import { recordOf } from '@livekit-swarm/testkit/record-of';
import { withServer } from '@livekit-swarm/testkit/server-lines';
import { expect, test } from 'vitest';
import { resultObject } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import { nodeHostTable, remainsText, serverNotes, serverTable } from './server-tables.ts';
import { renderText } from './text/text.ts';

const plain = recordOf(specOf({ rooms: 2, durationMs: 20_000 }));

const summaryOf = (lines: readonly RecordLine[]): Summary => {
  const fold = createSummary();
  for (const line of lines) fold.add(line);
  return fold.result();
};

const measured = withServer(
  plain,
  () => ({
    'node-1': { cpuCores: 0.5, memoryBytes: 60e6, goroutines: 100, bytesUp: 1e6, bytesDown: 2e6 },
    '10.0.0.6': { cpuCores: 3, memoryBytes: 2e9, rooms: 4, sources: ['redis'], ofHost: true },
  }),
  {
    settledMs: 1_000,
    rooms: 2,
    participants: 0,
    nodes: [{ node: 'node-1', before: { goroutines: 40 }, after: { goroutines: 52 } }],
  },
);
const missing: RecordLine = {
  type: 'server_missing',
  at: 9_000,
  source: 'metrics',
  where: 'http://10.0.0.6:6789/metrics',
  reason: 'timeout',
  message: 'http://10.0.0.6:6789/metrics does not answer in time',
};

test('each node has a row, and all together', () => {
  expect(serverTable(summaryOf(measured)).rows).toEqual([
    ['node-1', '0.5', '0.5', '60 MB', '100', '–', '–', '–', '8 Mbit/s', '16 Mbit/s'],
    ['10.0.0.6', '3', '3', '2 GB', '–', '4', '–', '–', '–', '–'],
    ['all nodes', '3.5', '3.5', '2.06 GB', '100', '4', '–', '–', '8 Mbit/s', '16 Mbit/s'],
  ]);
});

test('the host of a node has a row where it was measured', () => {
  const hosts = withServer(plain, () => ({
    'node-1': {
      ...{ cpuCores: 0.5, hostCpuCores: 1.25, hostCores: 4, stealShare: 0.12 },
      ...{ memoryShare: 0.97, memoryLimitBytes: 200e6, conntrackShare: 0.5 },
    },
    'node-2': { cpuCores: 0.5 },
  }));
  expect(nodeHostTable(summaryOf(hosts)).rows).toEqual([
    ['node-1', '1.25', '4', '12 %', '97 %', '200 MB', '50 %', '–', '–'],
  ]);
});

test('what remains, and what is missing and why, is in text, Markdown and JSON', () => {
  const summary = summaryOf([...measured.slice(0, -1), missing, ...measured.slice(-1)]);
  const input = {
    summary,
    decision: decideVerdict(summary, []),
    recordPath: null,
    readLines: null,
  };
  expect(remainsText(summary)).toBe(
    '1 s after the last leave: 2 rooms, 0 participants, goroutines 40 → 52 (+12)',
  );
  expect(serverNotes(summary)).toEqual([
    'CPU and memory of 10.0.0.6 are those of the host or container, as Redis has no others.',
    'Not read from metrics from 9 s on: http://10.0.0.6:6789/metrics does not answer in time (timeout).',
  ]);
  for (const text of [renderText(input), renderMarkdown([input])]) {
    expect(text).toContain('node-1');
    expect(text).toContain('(timeout)');
    expect(text).toContain('goroutines 40 → 52');
  }
  expect(resultObject(input)).toMatchObject({
    metrics: { 'server_cpu.value': 3.5, 'server_goroutines_left.value': 12 },
    serverMetrics: { missing: [{ reason: 'timeout' }], after: { rooms: 2 } },
  });
});

test('a record of before has no such section', () => {
  const summary = summaryOf(plain);
  const input = {
    summary,
    decision: decideVerdict(summary, []),
    recordPath: null,
    readLines: null,
  };
  expect(renderText(input)).not.toContain('SERVER');
});
