import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';

/** The guard of a test that has started its server itself. */
export const ownServerGuard = (): LoadGuard => LoadGuard.ofOwnServer(readHostRules({}, {}), 'run');
