import { FAULTS, planDrill } from '@livekit-swarm/chaos';
import { pathsOfLoad } from '@livekit-swarm/chaos/drill';
import { styleFor } from '@livekit-swarm/report';
import { renderPlan } from '@livekit-swarm/report/drill';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import {
  type DeploymentFlags,
  inspectDeployment,
  labNote,
  readDeploymentChoice,
} from '../chaos/deployment-choice.ts';
import { readDrills } from '../chaos/drill-files.ts';
import { helperManifests } from '../chaos/helper-manifests.ts';
import { type Overrides, overrideDrill, readLoadOverride } from '../chaos/override-drill.ts';
import { type Console, wantsColor, write } from '../console.ts';

export interface ChaosPlanFlags extends DeploymentFlags, Overrides {
  json?: boolean;
  color: boolean;
}

/** Schema of the output of `--json`. */
const SCHEMA = 'livekit-swarm/drill-plan/1';

/** `swarm chaos plan FILE`: dry run; prints the fault schedule and targets. @throws SwarmError */
export const chaosPlanCommand = async (
  file: string,
  flags: ChaosPlanFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  { stdout, stderr, env }: Console,
): Promise<ExitCode> => {
  const choice = readDeploymentChoice(flags, typed, env);
  const drills = readDrills([file], readLoadOverride(flags));
  for (const drill of drills.map((one) => overrideDrill(one, flags))) {
    const paths = pathsOfLoad(drill.load);
    await using platform = await inspectDeployment(choice, drill.lab, paths);
    const note = labNote(drill, choice);
    if (note !== null) await write(stderr, `warning: ${note}\n`);
    const plan = await planDrill(drill, platform, FAULTS);
    await write(
      stdout,
      flags.json
        ? `${JSON.stringify({ schema: SCHEMA, ...plan }, null, 2)}\n`
        : renderPlan(
            plan,
            styleFor(wantsColor(flags.color, stdout, env)),
            choice.type !== 'embedded',
          ),
    );
    const manifests = flags.json === true ? null : helperManifests(plan);
    if (manifests !== null) await write(stdout, `\n${manifests}`);
  }
  return EXIT_CODES.passed.code;
};
