import { scenarioOfFlags } from '@livekit-swarm/scenario';
import type { ExitCode } from '@livekit-swarm/settings';
import { readBaseline } from '../compare/baseline.ts';
import type { Console } from '../console.ts';
import { readCrowdFlags } from '../crowd-request.ts';
import type { CrowdFlags, RunFlags } from '../flags.ts';
import { openOutput } from '../output/output.ts';
import { runAll } from '../run-all.ts';
import { prepareRun } from '../run-scenario.ts';

/**
 * `swarm`: runs the load that flags describe, and decides the verdict.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage` before anything was started
 */
export const runCommand = async (
  flags: RunFlags,
  typed: (flag: keyof CrowdFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const output = openOutput(flags, console);
  const scenario = scenarioOfFlags(flags, flags.threshold);
  const shared = readCrowdFlags(flags, typed);
  const prepared = prepareRun({ scenario, ...shared });
  const baseline = await readBaseline(flags, scenario, false);
  return await runAll(
    [{ prepared, recordDir: flags.record ?? null, baseline }],
    shared,
    flags,
    output,
    console,
  );
};
