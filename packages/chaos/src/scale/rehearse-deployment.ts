import { SwarmError } from '@livekit-swarm/settings';
import type { DrillDeployment, StartedDeployment } from '../execute/deployment.ts';
import { type Autoscaler, openAutoscaler } from '../targets/kubernetes/autoscaler.ts';
import type { DeployedScaler } from './deployed-scaler.ts';
import type { MeasuredRules } from './measure-rehearsal.ts';
import { observeAutoscaler } from './observe-autoscaler.ts';
import type { Rehearsal } from './rehearsal.ts';
import { runTimetable, type TimetableOptions } from './run-timetable.ts';

export interface DeploymentRehearsal extends TimetableOptions {
  file: DeployedScaler;
  /** Value of `--confirm-target`. */
  confirmedTarget: string | null;
  /** Finds the deployment, on Kubernetes. */
  open(): Promise<StartedDeployment>;
}

/**
 * Rehearses the autoscaler of a deployment: runs the timetable against it, and observes what its
 * HorizontalPodAutoscaler does. It changes nothing in the cluster.
 * @throws SwarmError `target_not_confirmed`, `component_not_found`, `no_registry` before the load;
 * what `run` throws
 */
export const rehearseDeployment = async (options: DeploymentRehearsal): Promise<Rehearsal> => {
  const { file } = options;
  let autoscaler: Autoscaler | null = null;
  const opened = (): Autoscaler => {
    if (autoscaler === null) throw new RangeError('the autoscaler is not open');
    return autoscaler;
  };
  const rehearsal = await runTimetable(options, {
    deploy: options.open,
    rules: async (deployment) => {
      assertConfirmed(deployment, options.confirmedTarget);
      autoscaler = await openAutoscaler(deployment.platform.reference, file.autoscaler.hpa);
      return rulesOf(file, autoscaler);
    },
    operate: ({ deployment, plan, live, stop }) =>
      observeAutoscaler({
        ...{ deployment, live, stop, autoscaler: opened(), rule: file.rule },
        rooms: new Set(plan.participants.map(({ room }) => room)),
        endAtMs: plan.endAtMs,
      }),
  });
  return { mode: 'hpa', autoscaler: opened().settings, ...rehearsal };
};

const assertConfirmed = ({ name }: DrillDeployment, confirmed: string | null): void => {
  if (confirmed === name) return;
  const mistaken = confirmed === null ? '' : `, not "${confirmed}"`;
  throw new SwarmError(
    'target_not_confirmed',
    `the rehearsal would load "${name}"${mistaken}, and make its autoscaler add and remove nodes`,
    `add --confirm-target ${name}`,
  );
};

/** Rules by which the rehearsal is measured: those of the file, and the limits of the autoscaler. */
const rulesOf = (
  { nodes, rule, objectives }: DeployedScaler,
  { settings }: Autoscaler,
): MeasuredRules => ({
  nodes: { ...nodes, min: settings.min, max: settings.max },
  rule: { ...rule, coolDown: { up: settings.upMs, down: settings.downMs } },
  objectives,
  isDeployed: true,
});
