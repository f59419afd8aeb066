import { resolve } from 'node:path';
import { defaultRecordDir } from '@livekit-swarm/campaign';
import { checkRegions, type RegionProgress } from '@livekit-swarm/campaign/regions';
import { judgeRegions, parseRegionFile, type RegionPlan } from '@livekit-swarm/ready';
import { REGIONS_REPORTERS, type RegionsResult } from '@livekit-swarm/report/regions';
import type { ExitCode } from '@livekit-swarm/settings';
import { interruptRuns } from '../command-interruption.ts';
import { type Console, wantsColor } from '../console.ts';
import { readFileText } from '../file-text.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { createProgressPrinter } from '../progress-printer.ts';
import { makeSessionFolder } from '../session-folder.ts';
import { VERSION } from '../version.ts';

export interface RegionsFlags extends ResultOutputFlags {
  record?: string;
  withoutLoss?: boolean;
}

/**
 * `swarm regions FILE`: whether users of several regions are served where they should be.
 * @throws SwarmError `usage`, `invalid_file` before anything was started; those of `checkRegions`
 */
export const regionsCommand = async (
  file: string,
  flags: RegionsFlags,
  console: Console,
): Promise<ExitCode> => {
  const output = openResultOutput(REGIONS_REPORTERS, flags, console);
  const plan = readPlan(file, flags.withoutLoss === true);
  const folder = resolve(flags.record ?? defaultRecordDir('regions', new Date()));
  makeSessionFolder(folder, ['lab', 'regions.json']);
  const printer = createProgressPrinter(console.stderr, {
    quiet: flags.quiet === true,
    color: wantsColor(flags.color, console.stderr, console.env),
  });
  const interruption = interruptRuns(printer);
  const startedAtMs = Date.now();
  try {
    const facts = await checkRegions({
      ...{ plan, folder, interruption, version: VERSION },
      onProgress: (progress) => printer.print(progressText(progress, plan)),
    });
    const judgement = judgeRegions(facts, plan);
    const result: RegionsResult = { ...judgement, file, startedAtMs, plan, facts };
    printer.done();
    return exitCodeAfter(
      await output.finish(result, folder, 'records and result'),
      judgement.exitCode,
    );
  } finally {
    printer.done();
    interruption.dispose();
  }
};

/** @throws SwarmError `invalid_file` */
const readPlan = (file: string, withoutLoss: boolean): RegionPlan => {
  const plan = parseRegionFile(readFileText(file, 'give a file of regions'), file);
  return withoutLoss ? { ...plan, lose: null } : plan;
};

const PHASES = {
  home: () => 'Two users of each region join a room',
  across: () => 'A user of each region joins a room of each other region',
  loss: ({ lose }) => `Users of each region are in rooms while ${lose} is lost`,
} as const satisfies Record<string, (plan: RegionPlan) => string>;

const progressText = (progress: RegionProgress, plan: RegionPlan): string =>
  progress.type === 'preparing' ? progress.line : PHASES[progress.phase](plan);
