import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordLine } from '@livekit-swarm/record';
import { writeDrillFile } from '@livekit-swarm/report/drill';
import { ownServerGuard } from '@livekit-swarm/testkit/own-server-guard';
import { afterAll, beforeAll } from 'vitest';
import type { Drill } from '../../src/drill/drill.ts';
import type { Faults } from '../../src/drill/schema/fault.ts';
import { type DrillLabOptions, startDrillLab } from '../../src/execute/deployment.ts';
import { type ExecuteDrillOptions, executeDrill } from '../../src/execute/execute-drill.ts';
import { FAULTS } from '../../src/faults/index.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { DrillResult, RepeatResult } from '../../src/measure/drill-result.ts';
import { drillOrder } from './drill-order.ts';
import { readDrill } from './read-drill.ts';

const LIBRARY = join(import.meta.dirname, '../../../../chaos');
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-drill-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Folder of the journal of all drills of this file. */
export const journalDir = (): string => join(dir, 'journal');

/** A drill of the library with one repeat. */
export const libraryDrill = async (name: string, changes: Partial<Drill> = {}): Promise<Drill> => {
  const file = join(LIBRARY, `${name}.yaml`);
  return { ...readDrill(file), repeats: 1, ...changes };
};

/** A drill of the library with a small load and one repeat. */
export const smallDrill = async (name: string, changes: Partial<Drill> = {}): Promise<Drill> => {
  const drill = await libraryDrill(name, changes);
  return { ...drill, load: { ...drill.load, rooms: 4, participants: 3 } };
};

/** Workers of agents in the lab, and the attempts that inconclusive repeats add. */
type CarryOutOptions = Pick<DrillLabOptions, 'agentWorkers'> &
  Pick<ExecuteDrillOptions, 'extraAttempts'>;

/** Executes a drill in a lab of its own. */
export const carryOut = async (
  drill: Drill,
  onLine: (line: RecordLine) => void = () => {},
  faults: Faults = FAULTS,
  { agentWorkers, ...more }: CarryOutOptions = {},
): Promise<DrillResult> => {
  const folder = join(await mkdtemp(join(dir, `${drill.name}-`)), 'drill');
  return executeDrill({
    guard: ownServerGuard(),
    ...drillOrder(),
    save: (result) => writeDrillFile(folder, result),
    drill,
    deploy: (labDir) =>
      startDrillLab(drill, {
        ...{ dir: labDir, ruleFiles: [] },
        ...(agentWorkers !== undefined && { agentWorkers }),
      }),
    journal: openJournal(journalDir()),
    confirmedTarget: null,
    dir: folder,
    onLine,
    faults,
    ...more,
  });
};

export const onlyRepeat = ({ repeats: [repeat] }: DrillResult): RepeatResult => {
  if (repeat === undefined) throw new Error('nothing was carried out');
  return repeat;
};
