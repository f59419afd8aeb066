import { hostCapacity } from '@livekit-swarm/campaign';
import { defaultPriceBook, runPrice } from '@livekit-swarm/cost';
import { PLAN_REPORTERS } from '@livekit-swarm/report/plan';
import {
  assessHost,
  calibrate,
  checkAddress,
  placeOfServer,
  readCalibrationChoice,
  socketNeed,
} from '@livekit-swarm/runner';
import { expandPlan, planLoad, readScenarioFile } from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, formatProblem, swarmErrorOf } from '@livekit-swarm/settings';
import { adjustScenario } from '../adjust-scenario.ts';
import { type Console, write } from '../console.ts';
import { formatError } from '../error-text.ts';
import type { SharedRunFlags } from '../flags/run.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { prepareOwnMedia } from '../own-media.ts';
import { readProcesses } from '../requests/target.ts';

export interface PlanFlags
  extends Pick<SharedRunFlags, 'url' | 'signalling' | 'processes'>,
    ResultOutputFlags {
  scale?: string;
  seed?: string;
  witness: string[];
  calibration?: string;
}

/**
 * `swarm plan FILE`: shows joins, expected traffic, and whether this host can generate the load. Starts nothing.
 * @returns 0, also with a warning that the host is small; 2 when it cannot generate the load at all
 * @throws SwarmError `usage` when the scenario is wrong
 */
export const planCommand = async (
  path: string,
  flags: PlanFlags,
  console: Console,
): Promise<ExitCode> => {
  const { stderr } = console;
  const output = openResultOutput(PLAN_REPORTERS, flags, console);
  const workers = readProcesses(flags.processes);
  const choice = readCalibrationChoice(flags.calibration);
  if (flags.url !== undefined) checkAddress(flags.url);
  const progress = (line: string): void => {
    if (flags.quiet !== true) stderr.write(`${line}\n`);
  };
  const file = prepareOwnMedia(readScenarioFile(path, { scale: flags.scale }), 'any', progress);
  const scenario = adjustScenario(file.scenario, {
    threshold: [],
    seed: flags.seed,
    tag: [],
    witness: flags.witness,
  });
  const plan = expandPlan(scenario, 'plan');
  const load = planLoad(plan);
  const host = hostCapacity();
  const need = socketNeed(flags.signalling);
  const calibration = calibrate(choice);
  const assessment = assessHost({
    plan,
    load,
    host,
    workers,
    need,
    server: placeOfServer(flags.url ?? null),
    calibration,
  });
  for (const warning of file.warnings) await write(stderr, `warning: ${formatProblem(warning)}\n`);
  const isComplete = await output.show({
    plan,
    load,
    host,
    assessment,
    calibration,
    cloudPrice: runPrice(plan, defaultPriceBook()),
  });
  if (assessment.obstacle === null) return exitCodeAfter(isComplete, EXIT_CODES.passed.code);
  await write(stderr, formatError(swarmErrorOf(assessment.obstacle)));
  return EXIT_CODES.usage.code;
};
