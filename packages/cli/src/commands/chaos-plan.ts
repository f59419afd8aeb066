import { FAULTS, planDrill } from '@livekit-swarm/chaos';
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
import { type Overrides, overrideDrill } from '../chaos/override-drill.ts';
import { type Console, wantsColor, write } from '../console.ts';

export interface ChaosPlanFlags extends DeploymentFlags, Overrides {
  json?: boolean;
  color: boolean;
}

/** What `--json` prints. */
const SCHEMA = 'livekit-swarm/drill-plan/1';

/** `swarm chaos plan FILE`: what would be done when, and to what. Does nothing. @throws SwarmError `usage`, SwarmError */
export const chaosPlanCommand = async (
  file: string,
  flags: ChaosPlanFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  { stdout, stderr, env }: Console,
): Promise<ExitCode> => {
  const where = readDeploymentChoice(flags, typed, env);
  for (const drill of readDrills([file]).map((one) => overrideDrill(one, flags))) {
    await using target = await inspectDeployment(where, drill.lab.nodes);
    const note = labNote(drill, where);
    if (note !== null) await write(stderr, `warning: ${note}\n`);
    const preview = await planDrill(drill, target, FAULTS);
    await write(
      stdout,
      flags.json
        ? `${JSON.stringify({ schema: SCHEMA, ...preview }, null, 2)}\n`
        : renderPlan(
            preview,
            styleFor(wantsColor(flags.color, stdout, env)),
            where.type !== 'embedded',
          ),
    );
  }
  return EXIT_CODES.passed.code;
};
