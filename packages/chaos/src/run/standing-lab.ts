import { readFile } from 'node:fs/promises';
import { keysFile, readLab } from '@livekit-swarm/lab';
import { ChaosError } from '../chaos-error.ts';
import { openProcessTarget } from '../targets/process.ts';
import type { RaisedDeployment } from './run-drill.ts';

/**
 * A lab that stands (`swarm lab up`). It is ours, and stays when the drill is over.
 * @throws ChaosError `no-lab`
 */
export const standingLab = async (name: string): Promise<RaisedDeployment> => {
  const target = await openProcessTarget({ lab: name });
  const state = await readLab(name);
  if (state === null) throw new ChaosError('no-lab', `there is no lab "${name}"`, 'raise one: "swarm lab up"');
  const { apiKey, url, redisUrl, balancerStatsUrl, prometheusUrl } = state.facts;
  return {
    target,
    name,
    own: true,
    url,
    apiKey,
    apiSecret: await secretOf(name),
    redisUrl,
    balancerMetricsUrl: balancerStatsUrl === null ? null : new URL('/metrics', balancerStatsUrl).href,
    prometheusUrl,
    [Symbol.asyncDispose]: async () => {},
  };
};

/** It stands in the file of keys only, which the lab's owner alone can read. */
const secretOf = async (lab: string): Promise<string> => {
  const [, secret] = /^export LIVEKIT_API_SECRET=(.+)$/m.exec(await readFile(keysFile(lab), 'utf8')) ?? [];
  if (secret === undefined) throw new ChaosError('no-lab', `the keys of lab "${lab}" cannot be read from ${keysFile(lab)}`);
  return secret;
};
