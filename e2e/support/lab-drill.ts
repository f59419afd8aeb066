/** Labs that all tests of a file share, and small drills on them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type LabWorld, labWorld, supervisorOf } from './lab-world.ts';
import { descendantsOf, type ProcessId } from './processes.ts';
import { scratch } from './swarm.ts';

/** A lab of two nodes for all tests of the file. @param unavailable why there can be none; null: there can */
export const sharedLab = (unavailable: string | null): (() => LabWorld) => {
  let cache = '';
  let lab: LabWorld | null = null;
  beforeAll(async () => {
    if (unavailable !== null) return;
    cache = mkdtempSync(join(tmpdir(), 'swarm-chaos-'));
    lab = labWorld(cache);
    await startLab(lab);
  });
  afterAll(async () => {
    await lab?.run('lab', 'down');
    if (cache !== '') rmSync(cache, { recursive: true, force: true });
  });
  return () => {
    if (lab === null) throw new Error('the lab starts before the first test');
    return lab;
  };
};

export const startLab = async ({ run }: LabWorld): Promise<void> =>
  expect(await run('lab', 'up', '--nodes', '2', '--with', 'haproxy')).toMatchObject({ code: 0 });

/** The file of a drill with this fault. */
export const drill = (fault: string, recovery = '8s'): string => {
  const path = join(scratch(), 'drill.yaml');
  writeFileSync(
    path,
    `drill: small
load: { rooms: 2, participants: 2, joinRate: 20/s }
steadyState: { within: 4s, for: 2s }
faults: [${fault}]
recovery: ${recovery}
`,
  );
  return path;
};

export const programsOf = ({ labs }: LabWorld): ProcessId[] => descendantsOf(supervisorOf(labs));

/** Returns true if any program of the lab is stopped: `T` in proc(5). */
export const stopped = (lab: LabWorld): boolean =>
  programsOf(lab).some(({ pid }) =>
    / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, '')),
  );
