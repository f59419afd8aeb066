import { scenarioOfFlags } from '@livekit-swarm/scenario';
import type { ExitCode } from '@livekit-swarm/settings';
import { readWitnesses, withTags } from '../adjust-scenario.ts';
import type { Console } from '../console.ts';
import type { RunFlags, SharedRunFlags } from '../flags/run.ts';
import { withFolderThresholds } from '../folder-settings/apply-settings.ts';

/**
 * `swarm`: runs the load that flags describe, and decides the verdict.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage` before anything was started
 */
export const swarmCommand = async (
  flags: RunFlags,
  typed: (flag: keyof SharedRunFlags) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const described = scenarioOfFlags(flags, flags.threshold, readWitnesses(flags.witness));
  const scenario = withTags(withFolderThresholds(described, flags.folderSettings), flags.tag);
  // Loaded now: a load that is refused needs none of it.
  const { executeSequence, openOutput, planRun, readBaseline, readSharedRunFlags } = await import(
    '../execution.ts'
  );
  const output = openOutput(flags, console);
  const shared = readSharedRunFlags(flags, typed, console.env);
  const planned = planRun({ scenario, ...shared });
  const baseline = await readBaseline(flags, scenario, false);
  return await executeSequence(
    [{ planned, recordDir: flags.record ?? null, baseline }],
    flags,
    output,
    console,
  );
};
