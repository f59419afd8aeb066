import { dirname, resolve } from 'node:path';
import type { StartedDeployment } from '@livekit-swarm/chaos';
import {
  checkTimetable,
  type DeployedScaler,
  isDeployed,
  parseScaler,
  type ScalerFile,
} from '@livekit-swarm/chaos/scale';
import type { LoadGuard } from '@livekit-swarm/livekit';
import { expandPlan, readScenarioFile, type Scenario } from '@livekit-swarm/scenario';
import { nearest, usageError } from '@livekit-swarm/settings';
import { guardOfDrill, type PlatformFlags, readUserDeployment } from '../chaos/user-deployment.ts';
import { readFileText } from '../file-text.ts';

export interface ScaleTargetFlags extends PlatformFlags {
  compare?: boolean;
  server?: string;
  confirmTarget?: string;
}

/** Scaler of a rehearsal, with its nodes: a lab that is started for it, or a deployment. */
export type ScaleTarget = { scenario: Scenario; guard: LoadGuard } & (
  | { type: 'lab'; file: ScalerFile }
  | { type: 'deployment'; file: DeployedScaler; open(): Promise<StartedDeployment> }
);

/**
 * Reads the file of `swarm scale`, and the flags on the deployment whose autoscaler it names.
 * @param typed whether a flag was given on the command line
 * @throws SwarmError `usage`, `invalid_file`
 */
export const readScaleTarget = (
  path: string,
  flags: ScaleTargetFlags,
  typed: (flag: keyof ScaleTargetFlags) => boolean,
  env: NodeJS.ProcessEnv,
): ScaleTarget => {
  const settings = parseScaler(readFileText(path, hintFor(path)), path);
  const { file, scale } = settings.value.scenario;
  const { scenario } = readScenarioFile(resolve(dirname(path), file), { scale });
  checkTimetable(settings, expandPlan(scenario, 'check'));
  if (!isDeployed(settings)) {
    refuseDeployment(path, typed);
    return { type: 'lab', file: settings.value, scenario, guard: guardOfDrill(null, flags, env) };
  }
  const site = flags.kubernetes === undefined ? null : readUserDeployment(flags, typed, env);
  if (site === null)
    throw usageError(
      `${path} names the autoscaler of a deployment, and no flag the deployment`,
      'add --kubernetes NAMESPACE; for a rehearsal in a lab, leave autoscaler out of the file',
    );
  const idle = (['compare', 'server'] as const).find(typed);
  if (idle !== undefined)
    throw usageError(
      `--${idle} is for a lab, and ${path} names the autoscaler of a deployment`,
      'leave one out',
    );
  if (flags.redis === undefined)
    throw usageError(
      'which rooms and participants each node has is only in the Redis of the deployment',
      'add --redis redis://HOST:6379',
    );
  return { type: 'deployment', file: settings.value, scenario, guard: site.guard, open: site.open };
};

/** Flags of a deployment, by their words. */
const OF_A_DEPLOYMENT = {
  kubernetes: 'kubernetes',
  kubeContext: 'kube-context',
  url: 'url',
  apiUrl: 'api-url',
  redis: 'redis',
  confirmTarget: 'confirm-target',
} as const;

/** @throws SwarmError `usage` for a flag that a lab has no use for */
const refuseDeployment = (path: string, typed: (flag: keyof ScaleTargetFlags) => boolean): void => {
  for (const [flag, word] of Object.entries(OF_A_DEPLOYMENT)) {
    if (!typed(flag as keyof typeof OF_A_DEPLOYMENT)) continue;
    throw usageError(
      `--${word} is for the autoscaler of a deployment, and ${path} has the rules of a lab`,
      'write autoscaler: { hpa: NAME } in the file, or leave the flag out',
    );
  }
};

/** Hint for a path that does not exist: the name of the command below this one may be misspelled. */
const hintFor = (path: string): string =>
  nearest(path, ['forecast']) === null
    ? 'give the path of a scaler file'
    : 'did you mean swarm scale forecast?';
