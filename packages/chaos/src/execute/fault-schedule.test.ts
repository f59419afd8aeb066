import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drillOf, faultOf } from '../../test/support/drill-of.ts';
import { fakeTarget, NODE } from '../../test/support/fake-platform.ts';
import type { DrillFault } from '../drill/drill.ts';
import { FAULTS } from '../faults/index.ts';
import { openJournal } from '../journal/journal.ts';
import type { Target } from '../targets/target.ts';
import { type PlayOptions, playFaults } from './fault-schedule.ts';
import { createAttendance } from './steady-state.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'swarm-play-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const play = (
  target: Target,
  fault: Partial<DrillFault>,
  tell: PlayOptions['tell'],
  onHit: PlayOptions['onHit'] = () => {},
) => {
  const startedAt = performance.now();
  return playFaults(
    {
      drill: drillOf({ faults: [faultOf({ aim: { role: 'member', name: NODE.name }, ...fault })] }),
      target,
      faults: FAULTS,
      attendance: { ...createAttendance([]), nodes: new Map([['room-1', 'ND_a']]) },
      journal: openJournal(dir),
      elapsedMs: () => performance.now() - startedAt,
      zeroMs: 0,
      onHit,
      tell,
      stop: new AbortController().signal,
    },
    new Set(),
  );
};

it('tells which rooms are hit before they are: what takes its time hits them from the beginning', async () => {
  const target = fakeTarget();
  const said: string[] = [];
  const played = await play(
    target,
    { fault: 'restart', durationMs: 200, params: { grace: 0, down: 200 } },
    ({ what }) => void said.push(`${what} after ${target.calls.length}`),
    (rooms) => void said.push(`hit ${rooms} after ${target.calls.length}`),
  );
  expect(played).toEqual({ injected: 1, skipped: [] });
  expect(said).toEqual(['hit room-1 after 0', 'fault after 2', 'heal after 3']);
});

it('lasts as long as it should, however long it took to find out whom it means', async () => {
  const far: Target = {
    ...fakeTarget(),
    members: async () => {
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
  const [began = 0, healed = 0] = at;
  expect(began).toBeGreaterThan(290);
  expect(healed - began).toBeGreaterThan(395);
  expect(healed - began).toBeLessThan(600);
});
