import { FAULTS, planDrill } from '@livekit-swarm/chaos';
import { drillTimes } from '@livekit-swarm/chaos/drill';
import type { LeftOutDrill, LeftOutReason, NightLine } from '@livekit-swarm/chaos/night';
import {
  type DeploymentChoice,
  openRunningDeployment,
  ownLabSettings,
} from '../chaos/deployment-choice.ts';
import type { NightDrill } from './night-drills.ts';

/** A drill that the deployment offers everything for. */
export interface PlannedDrill extends NightDrill {
  /** Expected duration with all repeats, ms. */
  expectedMs: number;
}

export interface NightPlan {
  drills: PlannedDrill[];
  leftOut: LeftOutDrill[];
}

/**
 * Plans a night: looks which drills the deployment offers everything for. Changes nothing. A lab
 * that is started for a drill is as the drill needs it: what is missing there makes the drill void.
 * @throws SwarmError when the deployment cannot be reached
 */
export const planNight = async (
  drills: readonly NightDrill[],
  where: DeploymentChoice,
  history: readonly NightLine[],
): Promise<NightPlan> => {
  const planned = drills.map((one) => ({ ...one, expectedMs: expectedMs(one, where, history) }));
  if (where.type === 'embedded') return { drills: planned, leftOut: [] };
  await using deployment = await openRunningDeployment(where);
  const plan: NightPlan = { drills: [], leftOut: [] };
  for (const one of planned) {
    const reason = await whyLeftOut(one, deployment);
    if (reason === null) plan.drills.push(one);
    else plan.leftOut.push({ drill: one.name, file: one.file, reason });
  }
  return plan;
};

const whyLeftOut = async (
  { drill }: NightDrill,
  { platform, name, isLab }: Awaited<ReturnType<typeof openRunningDeployment>>,
): Promise<LeftOutReason | null> => {
  const settings = ownLabSettings(drill.lab);
  if (settings.length > 0) return { code: 'needs_own_lab', settings };
  const { allowedTargets: allowed } = drill;
  if (!isLab && allowed.length > 0 && !allowed.includes(name))
    return { code: 'target_not_allowed', allowed };
  const { faults } = await planDrill(drill, platform, FAULTS);
  const [missing] = faults.filter(({ obstacles }) => obstacles.length > 0);
  return missing === undefined
    ? null
    : { code: 'fault_unavailable', fault: missing.fault, why: missing.obstacles.join('; ') };
};

/** Time for a lab to start and to stop, ms. */
const LAB_MS = 10_000;
/** Time for the evaluation of a repeat, ms. */
const EVALUATION_MS = 3_000;

/** Duration of the same drill in the last night, or of its schedule. */
const expectedMs = (
  { name, sha256, drill }: NightDrill,
  where: DeploymentChoice,
  history: readonly NightLine[],
): number => {
  const last = history.findLast(
    (line) =>
      line.drill === name &&
      line.sha256 === sha256 &&
      line.repeats === drill.repeats &&
      line.deployment === nameOfDeployment(where) &&
      (line.outcome === 'passed' || line.outcome === 'failed'),
  );
  if (last !== undefined) return last.durationMs;
  const each = drillTimes(drill).endMs + EVALUATION_MS + (where.type === 'embedded' ? LAB_MS : 0);
  return each * drill.repeats;
};

/**
 * Name of the deployment in the history. A server of --server is part of it by its name, as in
 * `--server staging=1.13.4+livekit.yaml`: under one name, a change of the server is a finding.
 */
export const nameOfDeployment = (where: DeploymentChoice): string => {
  switch (where.type) {
    case 'embedded':
      return where.server === null ? 'embedded lab' : `embedded lab, server ${where.server.name}`;
    case 'lab':
      return `lab ${where.name}`;
    case 'site':
      return where.site.label;
  }
};
