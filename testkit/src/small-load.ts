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
  /** Random word of the run. */
  name: string;
  /** Omitted settings have the defaults of `swarm`; a scenario is complete. */
  load: Partial<LoadSpec> | Scenario;
  /** Where the folder of its record goes. */
  dir: string;
  onLine?: RunOptions['onLine'];
}

/** The scenario of such a load. */
export const scenarioOfSmallLoad = (load: SmallLoad['load']): Scenario =>
  'groups' in load ? load : scenarioOfLoad({ ...load });

/** Runs until its time is over or `stop` is aborted. */
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
