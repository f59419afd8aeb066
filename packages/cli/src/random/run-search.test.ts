import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '@livekit-swarm/chaos';
import { expect, it, onTestFinished, vi } from 'vitest';
import { executeRandomDrill } from './execute-random-drill.ts';
import { runSearch, type Search } from './run-search.ts';

vi.mock(import('./execute-random-drill.ts'), async (original) => ({
  ...(await original()),
  executeRandomDrill: vi.fn(),
}));

/** A search of which no drill can be executed, for this reason. */
const failing = async (code: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'swarm-search-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  vi.mocked(executeRandomDrill).mockResolvedValue({
    ...{ drill: 'random', code, message: `the reason is ${code}`, hint: null, exitCode: 3 },
  } as never);
  const nodes = [{ component: 'node-1' }, { component: 'node-2' }];
  const state: Search['state'] = {
    ...{ startedAt: '2026-11-27T09:00:00.000Z', deployment: 'labs', server: null },
    ...{ forMs: 3_600_000, drills: null, isComplete: false },
    settings: {
      ...{ seed: 7, spanS: 30, intensity: 2, atOnce: 1, recoveryS: 40, nodes: 2, hasAbort: false },
      load: { rooms: 1, participants: 2, reconnectPolicy: 'app', scenario: null },
    },
    choices: [{ fault: 'kill', targets: nodes, params: [{}], needsDuration: true }],
  };
  const search = {
    ...{ state, folder, lines: [], known: [], shrinkRuns: 0, commit: 'unknown' },
    ...{ journal: openJournal(folder), stop: new AbortController().signal },
    printer: { print: () => {}, show: () => {}, done: () => {} },
  };
  return runSearch(search as unknown as Search);
};

it('ends early, and reports why, when five drills in a row cannot be executed', async () => {
  const { lines, isComplete, endedBy } = await failing('docker_unavailable');
  expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  expect(isComplete).toBe(false);
  expect(endedBy).toBe(
    '5 drills in a row could not be executed, the last one: the reason is docker_unavailable',
  );
});

it('ends early, and reports why, when a fault could not be rolled back', async () => {
  const { lines, endedBy } = await failing('rollback_failed');
  expect(lines).toHaveLength(1);
  expect(endedBy).toBe('the reason is rollback_failed');
});
