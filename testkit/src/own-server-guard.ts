import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';

/** Guard of a test that has started its own server. */
export const ownServerGuard = (): LoadGuard => LoadGuard.ofOwnServer(readHostRules({}, {}), 'run');
