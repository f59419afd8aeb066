import type { LoadFlags } from '@livekit-swarm/scenario';
import { type Command, Option } from 'commander';
import type { LivePageFlags } from '../live-page.ts';
import { addRunDeployment, type DeploymentFlags } from './deployment.ts';
import { addGroup, type Environment } from './environment.ts';
import {
  browserFlag,
  calibrationFlag,
  type GeneratorFlags,
  processesFlag,
  reconnectPolicyFlag,
  witnessFlag,
} from './generator.ts';
import { type LiveMetricsFlags, liveMetricsFlags, livePageFlags } from './live.ts';
import { addLoadFlags } from './load.ts';
import { outputFlags, quietFlag, type ResultFlags } from './output.ts';
import { type QueueFlags, queueFlags } from './queue.ts';
import {
  SERVER_METRICS_GROUP,
  type ServerMetricsFlags,
  serverMetricsFlags,
} from './server-metrics.ts';
import type { TokenEndpointFlags } from './token-endpoint.ts';
import { type VerdictFlags, verdictFlags } from './verdict.ts';

// Values of flags as commander passes them on: text as typed, or from the environment.

/** The flags of every command that runs scenarios and decides their verdicts. */
export interface SharedRunFlags
  extends DeploymentFlags,
    TokenEndpointFlags,
    ServerMetricsFlags,
    GeneratorFlags,
    QueueFlags,
    ResultFlags,
    LivePageFlags,
    LiveMetricsFlags,
    VerdictFlags {
  reconnectPolicy: 'none' | 'sdk' | 'app';
  witness: string[];
  browser?: string;
  calibration?: string;
  github: boolean;
}

/** With the flags that describe the load, for runs without a scenario file. */
export interface RunFlags extends SharedRunFlags, LoadFlags {}

/** Adds every flag of a run, in groups as a reader looks for them. */
export const addRunFlags = (command: Command, env: Environment): Command => {
  const add = (group: string, options: Option[]): void => addGroup(command, env, group, options);
  addLoadFlags(command, env);
  addRunDeployment(command, env);
  add(SERVER_METRICS_GROUP, serverMetricsFlags());
  add('Verdict:', [
    ...verdictFlags(),
    new Option('--record <dir>', 'folder for the record and logs (default: records/TIME-RUN)'),
    ...livePageFlags(),
    ...liveMetricsFlags(),
    ...outputFlags('compact'),
  ]);
  add('Load generator:', [
    reconnectPolicyFlag('sdk').default('sdk'),
    processesFlag(),
    calibrationFlag(),
    witnessFlag(),
    browserFlag(),
    ...queueFlags(),
    quietFlag(),
  ]);
  return command;
};
