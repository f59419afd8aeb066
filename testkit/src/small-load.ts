/** A small load on a deployment that a test has started, for tests of monitoring. */

import { join } from 'node:path';
import { openRecord } from '@livekit-swarm/record';
import type { Deployment } from '@livekit-swarm/runner';
import { type RunOptions, type RunResult, run } from '@livekit-swarm/runner';
import { expandPlan, type Scenario } from '@livekit-swarm/scenario';
import { type LoadSpec, scenarioOfLoad } from './load-spec.ts';
import { ownServerGuard } from './own-server-guard.ts';

export interface SmallLoad
  extends Pick<Deployment, 'url' | 'apiKey' | 'apiSecret'>,
    Pick<RunOptions, 'stop'> {
  /** Random word in the names of the run. */
  name: string;
  /** Load. Missing settings have the defaults of `swarm`; a scenario is complete. */
  load: Partial<LoadSpec> | Scenario;
  /** Folder in which the folder of its record is created. */
  dir: string;
  onLine?: RunOptions['onLine'];
}

/** Scenario of a small load. */
export const scenarioOfSmallLoad = (load: SmallLoad['load']): Scenario =>
  'groups' in load ? load : scenarioOfLoad({ ...load });

/** Runs a load until its time is over or `stop` is aborted. */
export const runSmallLoad = ({
  name,
  load,
  url,
  apiKey,
  apiSecret,
  dir,
  stop,
  onLine,
}: SmallLoad): Promise<RunResult> =>
  run({
    deployment: {
      url,
      apiKey,
      apiSecret,
      embedded: false,
      serverVersion: null,
      exited: new Promise(() => {}),
    },
    guard: ownServerGuard(),
    run: name,
    plan: expandPlan(scenarioOfSmallLoad(load), name),
    allocation: { workers: 1, threads: 1 },
    signalling: 'auto',
    record: openRecord(join(dir, 'record')),
    version: '0.0.0',
    stop,
    ...(onLine !== undefined && { onLine }),
  });
