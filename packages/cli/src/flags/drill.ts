import { type Command, Option } from 'commander';
import { deploymentFlags, embeddedFlag } from './deployment.ts';
import { addGroup, type Environment } from './environment.ts';
import { reconnectPolicyFlag } from './generator.ts';
import { hostFlags } from './host-rules.ts';
import { repeatable } from './repeatable.ts';
import { labServerFlag } from './server.ts';

const LAB_GROUP = 'Deployment (default: a lab on this host, started for each repeat):';
const USER_GROUP = 'Your deployment:';

/** Adds the flags that replace values of a drill file. */
export const addDrillFlags = (command: Command, env: Environment): void =>
  addGroup(command, env, 'Drill:', [
    repeatsFlag(),
    new Option(
      '--scenario <file>',
      'drill the load of this scenario file, instead of the load of the drill',
    ),
    new Option('--scale <scale>', 'with --scenario: a scale of its file, or a factor: small, 0.1'),
    new Option(
      '--steady-at <duration>',
      'with --scenario: time of the first possible fault, after the start of the run',
    ),
    reconnectPolicyFlag('as in the file'),
  ]);

export const repeatsFlag = (): Option =>
  new Option('--repeats <n>', 'repeats of each drill (default: as in its file)');

/** Adds the flag for the rollback that the target does without swarm. */
export const addExpiryMargin = (command: Command, env: Environment): void =>
  addGroup(command, env, 'Automatic rollback on the target:', [
    new Option(
      '--expiry-margin <duration>',
      'from the scheduled rollback until the target rolls back on its own (default: 60s)',
    ).default('60s'),
  ]);

/** Adds the flags for the deployment of a drill: a lab, or one of the user. */
export const addDrillDeployment = (command: Command, env: Environment): void => {
  addGroup(command, env, LAB_GROUP, labFlags());
  addGroup(command, env, USER_GROUP, platformFlags());
};

/** Adds the flags for the deployment of a roll, whose server is an argument. */
export const addRollDeployment = (command: Command, env: Environment): void => {
  addGroup(command, env, LAB_GROUP, [embeddedFlag(), runningLabFlag()]);
  addGroup(command, env, USER_GROUP, platformFlags());
};

/**
 * Adds the flags for a deployment whose autoscaler is observed, and for the load on it. None of the
 * permissions comes from the environment.
 */
export const addObservedDeployment = (command: Command, env: Environment): void => {
  const group = 'Your deployment, with a file of its autoscaler:';
  addGroup(command, env, group, [...kubernetesFlags(), ...deploymentFlags(), redisFlag()]);
  for (const option of [
    ...hostFlags(),
    new Option('--confirm-target <name>', 'allow the load on this deployment: NAMESPACE@CONTEXT'),
  ])
    command.addOption(option.helpGroup(group));
};

const runningLabFlag = (): Option =>
  new Option('--lab <name>', 'a running lab ("swarm lab up"); it keeps running after the drill');

const labFlags = (): Option[] => [embeddedFlag(), runningLabFlag(), labServerFlag()];

/**
 * Flags that describe a deployment that is not a lab: its platform, its URL and what can be
 * observed.
 */
const platformFlags = (): Option[] => [
  new Option('--docker <name>', 'containers with the label swarm.drill=NAME, or with KEY=VALUE'),
  new Option(
    '--docker-components <list>',
    'kinds of containers without the label swarm.component: node=livekit,redis=cache',
  ),
  ...kubernetesFlags(),
  new Option(
    '--helper',
    'start a privileged pod on each Kubernetes node concerned, for faults of pods on the host network',
  ),
  new Option('--helper-image <image>', 'image of these pods, from your registry'),
  new Option(
    '--helper-namespace <namespace>',
    'namespace of these pods, which must permit privileged ones (default: that of --kubernetes)',
  ),
  new Option('--ssh <hosts>', 'systemd units on these hosts: lk-1,root@10.0.0.5'),
  new Option('--ssh-config <file>', 'configuration for ssh -F (default: your own)'),
  repeatable(
    '--unit <kind=name>',
    'a systemd unit, on this host or those of --ssh: node=livekit-server (may be repeated)',
  ),
  ...deploymentFlags(),
  redisFlag(),
  new Option(
    '--load-balancer-metrics <url>',
    'metrics of HAProxy or Traefik, to count healthy backends',
  ),
  new Option(
    '--prometheus <url>',
    'Prometheus of the deployment, whose alerts become part of the report',
  ),
];

const kubernetesFlags = (): Option[] => [
  new Option('--kubernetes <namespace>', 'pods of this namespace'),
  new Option('--kube-context <name>', 'context of the kubeconfig (default: its current one)'),
];

const redisFlag = (): Option =>
  new Option(
    '--redis <url>',
    'Redis of the deployment, to compare its rooms with the participants',
  );

/**
 * Adds the flags that allow faults against a deployment of the user. None comes from the
 * environment: rules there (SWARM_ALLOW_HOST) are read apart, because flags must not replace them,
 * and a confirmation there would be forgotten.
 */
export const addFaultPermissions = (command: Command): void => {
  for (const option of [
    ...hostFlags(),
    new Option(
      '--confirm-target <name>',
      'allow faults against this deployment, which is not a lab',
    ),
    new Option(
      '--allow-unproven-target',
      'inject also where it cannot be proven that the participants use this deployment',
    ),
    new Option(
      '--without-expiry',
      'inject also where the target cannot roll back on its own when this host fails',
    ),
  ])
    command.addOption(option.helpGroup(USER_GROUP));
};
