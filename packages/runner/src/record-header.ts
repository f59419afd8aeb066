import os from 'node:os';
import {
  type DeploymentLine,
  type HeaderLine,
  planFactsOf,
  RECORD_SCHEMA,
} from '@livekit-swarm/record';
import { isOfStreams, recordedScenario } from '@livekit-swarm/scenario';
import { withoutSecrets } from '@livekit-swarm/settings';
import type { Deployment } from './deployment.ts';
import type { RunOptions } from './run-options.ts';

/** Creates the first line of a record. */
export const headerLine = (
  { run, plan, version, reconnectPolicy = 'sdk', toleratedLost = 0 }: RunOptions,
  startedAtMs: number,
  processes: number,
): HeaderLine => ({
  type: 'header',
  schema: RECORD_SCHEMA,
  run,
  startedAt: new Date(startedAtMs).toISOString(),
  startedAtMs,
  scenario: recordedScenario(plan.scenario),
  plan: planFactsOf(plan),
  environment: describeEnvironment(version),
  processes,
  ...(reconnectPolicy !== 'sdk' && { reconnectPolicy }),
  ...(toleratedLost > 0 && { toleratedLost }),
});

export const deploymentLine = (
  { url, embedded, serverVersion, server }: Deployment,
  { plan }: Pick<RunOptions, 'plan'>,
  at: number,
): DeploymentLine => ({
  type: 'deployment',
  at,
  url: withoutSecrets(url),
  embedded,
  serverVersion,
  ...(server !== undefined && { server }),
  ...(isOfStreams(plan.scenario) && { streams: true }),
  nodes: [],
});

/**
 * Describes the environment of a run, without secrets and without anything that identifies a
 * person.
 */
const describeEnvironment = (version: string): Record<string, string | number> => ({
  swarm: version,
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  kernel: os.release(),
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  cores: os.availableParallelism(),
  memoryBytes: os.totalmem(),
});
