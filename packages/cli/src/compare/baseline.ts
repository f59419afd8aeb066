import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decideWithBaseline } from '@livekit-swarm/analysis';
import {
  compareRuns,
  type Side,
  scenarioDifferences,
  scenarioMismatch,
  type Tolerance,
} from '@livekit-swarm/analysis/compare';
import type { ReportInput } from '@livekit-swarm/report';
import type { Scenario } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import { findRuns } from './find-runs.ts';
import { parseTolerance } from './parse-tolerance.ts';
import { readSide } from './read-side.ts';

/** The side that a run is compared with, and the accepted changes. */
export interface Baseline {
  side: Side;
  tolerance: Tolerance;
}

export interface BaselineFlags {
  baseline?: string;
  tolerance: string[];
}

/**
 * Reads the baseline of a scenario before it is run: a run that cannot be compared need not be
 * made. Null when there is to be none.
 * @param several whether it is one of several scenarios: then `--baseline` names a folder with one
 * for each, by its name
 * @throws SwarmError `usage`, scenarioMismatch, SwarmError `bad_record`
 */
export const readBaseline = async (
  { baseline, tolerance }: BaselineFlags,
  scenario: Scenario,
  several: boolean,
): Promise<Baseline | null> => {
  const read = parseTolerance(tolerance);
  if (baseline === undefined) {
    if (tolerance.length > 0)
      throw usageError(
        '--tolerance has no effect without --baseline',
        'add --baseline RECORD or leave it out',
      );
    return null;
  }
  const own = join(baseline, scenario.name);
  const side = await readSide(findRuns(several || existsSync(own) ? own : baseline));
  for (const { name, summary } of side.runs) {
    const { decisive } = scenarioDifferences(summary.scenario, scenario);
    if (decisive.length > 0) throw scenarioMismatch(name, 'what is to be run', decisive);
  }
  return { side, tolerance: read };
};

/** The run with what comparing it found, and judged by it, too. */
export const compareWithBaseline = async (
  run: ReportInput,
  { side, tolerance }: Baseline,
): Promise<ReportInput> => {
  const { summary, decision, recordPath, readLines } = run;
  const name = recordPath ?? 'this run';
  const current: Side = {
    name: 'this run',
    runs: [{ name, summary, decision, readLines: readLines ?? (() => []) }],
  };
  const comparison = await compareRuns(side, current, { tolerance });
  return {
    ...run,
    decision: decideWithBaseline(decision, comparison),
    comparison,
  };
};
