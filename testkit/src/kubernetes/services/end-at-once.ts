import type { ServiceSpec } from '@livekit-swarm/lab';

/** Steps to stop programs whose data is removed with them, so that they need not save it. */
export const IMMEDIATE_STOP: ServiceSpec['stopSteps'] = [['SIGKILL', 5_000]];
