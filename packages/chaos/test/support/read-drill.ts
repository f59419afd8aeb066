import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readScenarioFile } from '@livekit-swarm/scenario';
import type { Drill } from '../../src/drill/drill.ts';
import { parseDrill } from '../../src/drill/parse-drill.ts';
import { FAULTS } from '../../src/faults/index.ts';

/** Reads a drill file, and the scenario that it names. */
export const readDrill = (file: string): Drill =>
  parseDrill(readFileSync(file, 'utf8'), {
    file,
    faults: FAULTS,
    readScenario: (path, scale) =>
      readScenarioFile(resolve(dirname(file), path), { scale }).scenario,
  });
