import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FAULTS } from '../faults/index.ts';
import { openJournal } from '../journal/journal.ts';
import { drillOf, faultOf } from '../testing/drill-of.ts';
import { fakeTarget, NODE } from '../testing/fake-target.ts';
import { createAttendance } from './attendance.ts';
import { playFaults } from './play-faults.ts';

it('tells which rooms are hit before they are: what takes its time hits them from the beginning', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'swarm-play-'));
  const target = fakeTarget();
  const said: string[] = [];
  const params = { grace: 0, down: 200 };
  try {
    const played = await playFaults(
      {
        drill: drillOf({
          faults: [faultOf({ fault: 'restart', aim: { role: 'member', name: NODE.name }, durationMs: 200, params })],
        }),
        target,
        faults: FAULTS,
        attendance: { ...createAttendance([]), nodes: new Map([['room-1', 'ND_a']]) },
        journal: openJournal(dir),
        elapsedMs: () => 0,
        zeroMs: 0,
        onHit: (rooms) => void said.push(`hit ${rooms} after ${target.calls.length}`),
        tell: ({ what }) => void said.push(`${what} after ${target.calls.length}`),
        stop: new AbortController().signal,
      },
      new Set(),
    );
    expect(played).toEqual({ injected: 1, skipped: [] });
    expect(said).toEqual(['hit room-1 after 0', 'fault after 2', 'heal after 3']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
