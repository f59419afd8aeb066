import { type ServerSpec, startOptions } from '@livekit-swarm/campaign/server';
import {
  dryRunLab,
  type Platform,
  runningLab,
  type StartedDeployment,
  startDrillLab,
} from '@livekit-swarm/chaos';
import type { Drill } from '@livekit-swarm/chaos/drill';
import { mergeConfig, redisSetupText } from '@livekit-swarm/lab';
import type { MediaPath } from '@livekit-swarm/scenario';
import { formatDuration, usageError } from '@livekit-swarm/settings';
import { readLabServer } from '../requests/lab-server.ts';
import { labAgentWorkers } from './lab-agent-workers.ts';
import { ruleFiles } from './shipped-rules.ts';
import { type PlatformFlags, readUserDeployment, type UserDeployment } from './user-deployment.ts';

/** Target of drills: a new lab for each, a running lab, or a deployment of the user. */
export type DeploymentChoice =
  | {
      type: 'embedded';
      server: ServerSpec | null;
      /** True: a node loses the configuration of the server when it gets another release. */
      isReplaced?: true;
    }
  | { type: 'lab'; name: string }
  | { type: 'site'; site: UserDeployment };

export interface DeploymentFlags extends PlatformFlags {
  embedded?: boolean;
  lab?: string;
  server?: string;
}

/**
 * @param typed whether a flag stood on the command line
 * @throws SwarmError `usage`
 */
export const readDeploymentChoice = (
  flags: DeploymentFlags,
  typed: (flag: keyof DeploymentFlags) => boolean,
  env: NodeJS.ProcessEnv,
): DeploymentChoice => {
  const { lab, server, embedded } = flags;
  const site = readUserDeployment(flags, typed, env);
  if (embedded === true && (lab !== undefined || site !== null))
    throw usageError(
      `--embedded and ${lab === undefined ? site?.label : `--lab ${lab}`}: these are two deployments`,
      'leave one out',
    );
  if (lab !== undefined && site !== null)
    throw usageError(`--lab ${lab} and ${site.label}: these are two deployments`, 'leave one out');
  if (lab === undefined && site === null)
    return { type: 'embedded', server: readLabServer(server) };
  if (typed('server')) {
    throw usageError(
      `--server needs a lab that is started for the drill, but ${lab === undefined ? site?.label : `--lab ${lab}`} is running already`,
      'leave one out',
    );
  }
  return site === null ? { type: 'lab', name: lab ?? '' } : { type: 'site', site };
};

export interface StartLabOptions {
  /** Folder for the logs of a lab that is started for a drill. */
  dir: string;
  /** Address at which Prometheus of the lab scrapes the metrics of the drill; null: it does not. */
  metricsAddress: string | null;
  onProgress(line: string): void;
  signal: AbortSignal;
}

/**
 * The deployment for one repeat.
 * @throws SwarmError when a lab cannot be started, the lab is unknown, or the deployment cannot be
 * reached
 */
export const openDeployment = async (
  where: DeploymentChoice,
  drill: Drill,
  options: StartLabOptions,
): Promise<StartedDeployment> => {
  switch (where.type) {
    case 'embedded':
      return startServerLab(where, drill, options);
    case 'lab':
    case 'site':
      return openRunningDeployment(where);
  }
};

/** Starts the lab of a drill with a server whose configuration overrides that of the drill. */
const startServerLab = async (
  { server, isReplaced }: Extract<DeploymentChoice, { type: 'embedded' }>,
  drill: Drill,
  options: StartLabOptions,
): Promise<StartedDeployment> => {
  const rules = { ...options, ruleFiles: ruleFiles(), agentWorkers: labAgentWorkers };
  if (server === null) return startDrillLab(drill, rules);
  const { config = {}, ...program } = startOptions(server);
  if (isReplaced === true)
    return startDrillLab(drill, { ...rules, ...program, nodeConfig: config });
  const lab = { ...drill.lab, config: mergeConfig(drill.lab.config, config) };
  const started = await startDrillLab({ ...drill, lab }, { ...rules, ...program });
  const { serverPath, configFiles } = server;
  // A plain release is named by its version.
  return serverPath === null && configFiles.length === 0
    ? started
    : { ...started, startedServer: { program: serverPath, configFiles } };
};

/**
 * Inspects the deployment that a drill would run on, without starting anything.
 * @throws SwarmError as `openDeployment`
 */
export const inspectDeployment = async (
  where: DeploymentChoice,
  lab: Pick<
    Drill['lab'],
    'nodes' | 'redis' | 'sites' | 'spare' | 'tls' | 'dnsTtlMs' | 'agentWorkers'
  >,
  paths?: readonly MediaPath[],
): Promise<Platform> =>
  where.type === 'embedded'
    ? dryRunLab(lab.nodes, paths, lab)
    : (await openRunningDeployment(where)).platform;

/** @throws SwarmError when the lab is unknown, or the deployment cannot be reached */
export const openRunningDeployment = async (
  where: Exclude<DeploymentChoice, { type: 'embedded' }>,
): Promise<StartedDeployment> =>
  where.type === 'lab' ? runningLab(where.name) : where.site.open();

/** Name for messages. */
export const describeDeployment = (where: DeploymentChoice): string => {
  switch (where.type) {
    case 'embedded':
      return 'a lab raised for a drill';
    case 'lab':
      return `the lab "${where.name}"`;
    case 'site':
      return where.site.label;
  }
};

/**
 * Note on the settings of a drill that are ignored because no lab is started for it; null: none is
 * ignored.
 */
export const labNote = (
  { name, lab }: Pick<Drill, 'name' | 'lab'>,
  where: DeploymentChoice,
): string | null => {
  if (where.type === 'embedded') return null;
  const passedOver = ownLabSettings(lab);
  if (passedOver.length === 0) return null;
  return `${name}: ${passedOver.join(' and ')} of its lab is not applied: the deployment is used unchanged`;
};

/** Settings of a drill's lab that another deployment does not have. */
export const ownLabSettings = ({
  config,
  redis,
  spare,
  tls,
  dnsTtlMs,
  agentWorkers,
}: Drill['lab']): string[] => [
  ...(Object.keys(config).length > 0 ? [`config (${Object.keys(config).join(', ')})`] : []),
  ...(redisSetupText(redis) === 'plain' ? [] : [`redis: ${redisSetupText(redis)}`]),
  ...(spare > 0 ? [`spare: ${spare}`] : []),
  ...(tls ? ['tls'] : []),
  ...(dnsTtlMs === null ? [] : [`dns: ${formatDuration(dnsTtlMs)}`]),
  ...(agentWorkers === null ? [] : [`agentWorkers (${agentWorkers.count})`]),
];
