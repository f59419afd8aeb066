import { parseDuration } from '@livekit-swarm/settings';
import { assertEmbeddedWanted, readProcesses } from '../requests/target.ts';
import { type DeploymentFlags, readDeploymentChoice } from './deployment-choice.ts';
import type { SupervisedDrill } from './supervise-drill.ts';
import { guardOfDrill } from './user-deployment.ts';

/** Flags on the deployment of drills, and on what is allowed there. */
export interface DrillRequestFlags extends DeploymentFlags {
  confirmTarget?: string;
  allowUnprovenTarget?: boolean;
  expiryMargin: string;
  withoutExpiry?: boolean;
  processes?: string;
}

/** Deployment of drills, and what is allowed there: the same for all drills of a command. */
export type DrillRequest = Pick<
  SupervisedDrill,
  | 'deployment'
  | 'guard'
  | 'confirmedTarget'
  | 'allowUnprovenTarget'
  | 'expiryMarginMs'
  | 'withoutExpiry'
  | 'workers'
>;

/**
 * Reads the flags of every command that executes drills.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`
 */
export const readDrillRequest = (
  flags: DrillRequestFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  env: NodeJS.ProcessEnv,
): DrillRequest => {
  const deployment = readDeploymentChoice(flags, typed, env);
  if (deployment.type === 'embedded' && deployment.server === null)
    assertEmbeddedWanted(flags.embedded === true, env);
  const site = deployment.type === 'site' ? deployment.site : null;
  return {
    deployment,
    guard: guardOfDrill(site, flags, env),
    workers: readProcesses(flags.processes),
    expiryMarginMs: parseDuration(flags.expiryMargin),
    confirmedTarget: flags.confirmTarget ?? null,
    allowUnprovenTarget: flags.allowUnprovenTarget === true,
    withoutExpiry: flags.withoutExpiry === true,
  };
};
