import { findGo } from '@livekit-swarm/lab';
import { checkEngine } from './engine.ts';
import type { Finding } from './finding.ts';
import { checkLimits } from './limits.ts';
import { checkServers } from './servers.ts';
import { checkTestTools } from './test-tools.ts';
import { checkToolchains } from './toolchains.ts';

export type { Finding } from './finding.ts';

/**
 * What this host has of what swarm needs, with the next step for everything that is not there. Changes nothing, downloads nothing,
 * never throws for something missing.
 */
export const doctor = async (): Promise<Finding[]> => {
  const engine = checkEngine();
  const servers = await checkServers((await findGo()) !== null);
  const built = { engine: engine.status === 'ok', server: servers[0]?.status === 'ok' };
  const [toolchains, limits, testTools] = await Promise.all([
    checkToolchains(built),
    checkLimits(),
    checkTestTools(),
  ]);
  return [...toolchains, engine, ...servers, ...limits, ...testTools];
};
