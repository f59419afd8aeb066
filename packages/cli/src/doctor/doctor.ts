import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { findGo } from '@livekit-swarm/lab';
import { type Finding, missing, ok } from './finding.ts';
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

/** Whether the media engine's addon is there and loads on this host. */
export const checkEngine = (): Finding => {
  const file = `swarm-native.${process.platform}-${process.arch}.node`;
  const path = fileURLToPath(new URL(`../../../webrtc/${file}`, import.meta.url));
  try {
    createRequire(import.meta.url)(path);
    return ok('media engine', path);
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    const found = absent
      ? 'not built'
      : `does not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
    return missing(
      'media engine',
      found,
      'npm start (builds it once; needs Rust and a C compiler)',
    );
  }
};
