import type { ServiceSpec } from '@livekit-swarm/lab';

/** What these programs keep is removed with them: there is nothing they would have to write down before. */
export const IMMEDIATE_STOP: ServiceSpec['stopSteps'] = [['SIGKILL', 5_000]];
