import { type Comparison, compareRuns, type Side } from '@livekit-swarm/analysis/compare';
import {
  COMPARISON_REPORTERS,
  type ComparisonInput,
  exitCodeOfComparisons,
} from '@livekit-swarm/report/comparison';
import { type ExitCode, usageError } from '@livekit-swarm/settings';
import { findRuns, type NamedRecords } from '../compare/find-runs.ts';
import { parseTolerance } from '../compare/parse-tolerance.ts';
import { readSide } from '../compare/read-side.ts';
import type { Console } from '../console.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';

export interface CompareFlags extends ResultOutputFlags {
  base: string[];
  current: string[];
  tolerance: string[];
}

/**
 * `swarm compare BASE CURRENT…`: runs beside each other, and whether any figure got worse.
 * @throws SwarmError `usage` for what cannot be compared; SwarmError `bad_record` for a record that cannot be read
 */
export const compareCommand = async (
  sides: readonly string[],
  flags: CompareFlags,
  console: Console,
): Promise<ExitCode> => {
  const tolerance = parseTolerance(flags.tolerance);
  const output = openResultOutput(COMPARISON_REPORTERS, flags, console);
  const [base, ...currents] = chooseSides(sides, flags);
  if (base === undefined || currents.length === 0) throw usageError('two sides are needed', USAGE);
  const read = await readSide(base);
  const compared: Side[] = [read];
  const comparisons: Comparison[] = [];
  for (const current of currents) {
    const other = await readSide(current);
    comparisons.push(await compareRuns(read, other, { tolerance }));
    compared.push(other);
  }
  const result: ComparisonInput = {
    ...{ comparisons, sides: compared, notes: [] },
    ...{ interrupted: false, problem: null },
  };
  return exitCodeAfter(await output.show(result), exitCodeOfComparisons(result));
};

const USAGE =
  'swarm compare BASE CURRENT, each a record, the folder of a run, or a folder of several runs';

/** The base first. With --base and --current every one of them is a repeat; without, each argument is a side of its own. */
const chooseSides = (sides: readonly string[], { base, current }: CompareFlags): NamedRecords[] => {
  if (base.length === 0 && current.length === 0) return distinct(sides.map(findRuns));
  if (sides.length > 0 && (base.length > 0 === current.length > 0 || sides.length > 1)) {
    throw usageError(
      `${sides.join(' ')}: is it base or current?`,
      'give the sides as arguments, or all runs by --base and --current',
    );
  }
  const missing = base.length === 0 ? '--base' : current.length === 0 ? '--current' : null;
  if (missing !== null && sides.length === 0) throw usageError(`there is no ${missing}`, USAGE);
  return distinct([
    merge(base.length === 0 ? sides : base, 'base'),
    merge(current.length === 0 ? sides : current, 'current'),
  ]);
};

const merge = (texts: readonly string[], name: string): NamedRecords => {
  const found = texts.map(findRuns);
  const [only] = found;
  return {
    name: found.length === 1 && only !== undefined ? only.name : name,
    text: texts.join(' '),
    records: found.flatMap(({ records }) => records),
  };
};

/** Two sides with the same name are shown as typed, or numbered. */
const distinct = (sides: readonly NamedRecords[]): NamedRecords[] => {
  const names = sides.map(({ name }) => name);
  if (new Set(names).size === names.length) return [...sides];
  const texts = sides.map(({ text }) => text);
  return sides.map((side, index) => ({
    ...side,
    name: new Set(texts).size === texts.length ? side.text : `${side.name} (${index + 1})`,
  }));
};
