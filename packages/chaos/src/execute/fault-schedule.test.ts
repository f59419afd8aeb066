import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { fakePlatform, NODE } from '../../test/support/fake-platform.ts';
import type { DrillFault } from '../drill/drill.ts';
import { FAULTS } from '../faults/index.ts';
import { openJournal } from '../journal/journal.ts';
import type { Platform } from '../targets/platform.ts';
import { type FaultScheduleOptions, runFaultSchedule } from './fault-schedule.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-play-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const play = (
  platform: Platform,
  fault: Partial<DrillFault>,
  append: FaultScheduleOptions['append'],
  onTargeted: FaultScheduleOptions['onTargeted'] = () => {},
) => {
  const startedAt = performance.now();
  return runFaultSchedule({
    drill: drillOf({
      faults: [faultOf({ target: { role: 'component', name: NODE.name }, ...fault })],
    }),
    platform,
    faults: FAULTS,
    steadyState: { nodes: new Map([['room-1', 'ND_a']]), backends: new Map() },
    journal: openJournal(dir),
    injected: new Set(),
    elapsedMs: () => performance.now() - startedAt,
    steadyMs: 0,
    onTargeted,
    append,
    expiry: { marginMs: 60_000, required: false },
    stop: new AbortController().signal,
  });
};

it('reports the affected rooms before the injection: a slow injection affects them from its start', async () => {
  const target = fakePlatform();
  const said: string[] = [];
  await play(
    target,
    { fault: 'restart', durationMs: 200, params: { grace: 0, down: 200 } },
    ({ event }) => void said.push(`${event} after ${target.calls.length}`),
    (rooms) => void said.push(`targeted ${rooms} after ${target.calls.length}`),
  );
  expect(said).toEqual([
    'targeted room-1 after 0',
    'fault_injected after 3',
    'fault_rolled_back after 5',
  ]);
});

it('lasts for its duration, however long it took to resolve the target', async () => {
  const far: Platform = {
    ...fakePlatform(),
    components: async () => {
      await sleep(300);
      return [NODE];
    },
  };
  const at: number[] = [];
  await play(
    far,
    { fault: 'hang', durationMs: 400 },
    (_event, ms = Number.NaN) => void at.push(ms),
  );
  const [injectedAt = 0, rolledBackAt = 0] = at;
  expect(injectedAt).toBeGreaterThan(290);
  expect(rolledBackAt - injectedAt).toBeGreaterThan(395);
  expect(rolledBackAt - injectedAt).toBeLessThan(600);
});
