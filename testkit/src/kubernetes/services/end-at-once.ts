import type { ServiceSpec } from '@livekit-swarm/lab';

/** What these programs keep is removed with them: there is nothing they would have to write down before. */
export const END_AT_ONCE: ServiceSpec['stopSteps'] = [['SIGKILL', 5_000]];
