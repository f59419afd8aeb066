import type { PlannedRun } from '@livekit-swarm/campaign';
import { readScenarioFiles, type Scenario } from '@livekit-swarm/scenario';
import {
  type ExitCode,
  explain,
  formatProblem,
  isUsageError,
  type SwarmError,
  usageError,
} from '@livekit-swarm/settings';
import { adjustScenario, fileOptions } from '../adjust-scenario.ts';
import { type Console, write } from '../console.ts';
import type { SharedRunFlags } from '../flags/run.ts';
import { prepareOwnMedia } from '../own-media.ts';
import { readRecordDir } from '../requests/record-folder.ts';
import type { PlannedScenario } from '../scenario-sequence.ts';

export interface RunCommandFlags extends SharedRunFlags {
  scale?: string;
  seed?: string;
}

/** Throws SwarmError `usage` for a scenario that a command does not run. @param path its file */
export type AssertScenario = (scenario: Scenario, path: string) => void;

/**
 * `swarm run FILE…`: runs scenario files one after the other. All are read, checked and planned before the first starts.
 * @param typed whether a flag stood on the command line
 * @throws SwarmError `usage` with everything that is wrong with any of them, before anything was started
 */
export const runCommand = async (
  paths: readonly string[],
  flags: RunCommandFlags,
  typed: (flag: keyof SharedRunFlags) => boolean,
  console: Console,
  assertScenario: AssertScenario = () => {},
): Promise<ExitCode> => {
  const read = readScenarioFiles(paths, fileOptions(flags));
  for (const { scenario, path } of read) assertScenario(scenario, path);
  const files = read.map((file) =>
    prepareOwnMedia(file, flags.allowFile ?? [], (line) => console.stderr.write(`${line}\n`)),
  );
  // Loaded now: a scenario that is refused needs none of it.
  const execution = await import('../execution.ts');
  const { executeSequence, openOutput, readBaseline, readSharedRunFlags } = execution;
  const output = openOutput(flags, console);
  const shared = readSharedRunFlags(flags, typed, console.env);
  const plans = collect(files, ({ path, scenario }) =>
    planOf(path, files.length > 1, () =>
      execution.planRun({ scenario: adjustScenario(scenario, flags), ...shared }),
    ),
  );
  const several = files.length > 1;
  const scenarios: PlannedScenario[] = [];
  for (const planned of plans) {
    const { scenario } = planned.plan;
    const recordDir = readRecordDir(flags.record, scenario.name, several);
    scenarios.push({ planned, recordDir, baseline: await readBaseline(flags, scenario, several) });
  }
  if (flags.quiet !== true) {
    for (const warning of files.flatMap(({ warnings }) => warnings)) {
      await write(console.stderr, `warning: ${formatProblem(warning)}\n`);
    }
  }
  return await executeSequence(scenarios, flags, output, console);
};

/** Reports all problems at once. */
const collect = <T, R>(items: readonly T[], work: (item: T) => R): R[] => {
  const problems: SwarmError[] = [];
  const results = items.flatMap((item) => {
    try {
      return [work(item)];
    } catch (error) {
      if (!isUsageError(error)) throw error;
      problems.push(error);
      return [];
    }
  });
  const [first] = problems;
  if (first === undefined) return results;
  throw problems.length === 1 ? first : usageError([...new Set(problems.map(explain))].join('\n'));
};

/** The planned run of a file; an error names the file where there are several. */
const planOf = (path: string, several: boolean, plan: () => PlannedRun): PlannedRun => {
  try {
    return plan();
  } catch (error) {
    if (several && isUsageError(error)) throw usageError(`${path}: ${error.message}`, error.hint);
    throw error;
  }
};
