import { findGo } from '@livekit-swarm/lab';
import { lookAtEngine } from './engine.ts';
import type { Finding } from './finding.ts';
import { lookAtLimits } from './limits.ts';
import { lookAtServers } from './servers.ts';
import { lookAtTestTools } from './test-tools.ts';
import { lookAtToolchains } from './toolchains.ts';

export type { Finding } from './finding.ts';

/**
 * What this machine has of what swarm needs, with the next step for everything that is not there. Changes nothing, downloads nothing,
 * never throws for something missing.
 */
export const doctor = async (): Promise<Finding[]> => {
  const engine = lookAtEngine();
  const servers = await lookAtServers((await findGo()) !== null);
  const built = { engine: engine.status === 'ok', server: servers[0]?.status === 'ok' };
  const [toolchains, limits, testTools] = await Promise.all([
    lookAtToolchains(built),
    lookAtLimits(),
    lookAtTestTools(),
  ]);
  return [...toolchains, engine, ...servers, ...limits, ...testTools];
};
