import { createRequire } from 'node:module';
import { findGo } from '@livekit-swarm/lab';
import { nativeFile, nativePackage } from '@livekit-swarm/webrtc';
import { checkout } from '../../launch/checkout.mjs';
import { type Finding, missing, ok, warn } from './finding.ts';
import { checkLimits } from './limits.ts';
import { checkServers } from './servers.ts';
import { checkTestTools } from './test-tools.ts';
import { checkToolchains, type Place } from './toolchains.ts';

export type { Finding } from './finding.ts';

const ENGINE_HINTS: Record<Place, string> = {
  checkout: 'npm start (builds it once; needs Rust and a C compiler)',
  installation: `install livekit-swarm again with optional dependencies: npm install --include=optional livekit-swarm (it needs ${nativePackage()})`,
};

/** Profiles of Cargo, as a user knows them. */
const PROFILES: Readonly<Record<string, string>> = {
  release: 'as released',
  checkout:
    'a development build (profile checkout): a join costs 2.5 to 3.5 times the CPU of a release, a packet up to 1.4 times; SWARM_ENGINE_PROFILE=release npm start compiles that one',
};

/**
 * Checks this host for everything that swarm needs, with the next step for each missing part.
 * Changes nothing, downloads nothing, never throws for something missing.
 */
export const doctor = async (place: Place = here()): Promise<Finding[]> => {
  const engine = checkEngine(place);
  const servers = await checkServers((await findGo()) !== null);
  const built = { engine: engine.status === 'ok', server: servers[0]?.status === 'ok' };
  const [toolchains, limits, testTools] = await Promise.all([
    checkToolchains(built, place),
    checkLimits(),
    // There are no tests in an installation.
    place === 'checkout' ? checkTestTools() : [],
  ]);
  return [...toolchains, engine, ...servers, ...limits, ...testTools];
};

const here = (): Place => (checkout === null ? 'installation' : 'checkout');

/** Checks that the media engine's addon is there and loads on this host, and names its profile. */
export const checkEngine = (place: Place, path = nativeFile('swarm-native')): Finding => {
  try {
    const addon: { engineProfile?: () => string } = createRequire(import.meta.url)(path);
    const profile = addon.engineProfile?.();
    if (profile === undefined)
      return warn('media engine', `${path}, compiled from older sources`, ENGINE_HINTS[place]);
    return ok('media engine', `${path}, ${PROFILES[profile] ?? `profile ${profile}`}`);
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
    const found = absent
      ? 'not here'
      : `does not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
    return missing('media engine', found, ENGINE_HINTS[place]);
  }
};
