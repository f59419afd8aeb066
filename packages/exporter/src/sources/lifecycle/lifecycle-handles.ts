import type { LIFECYCLE_METRICS } from '@livekit-swarm/catalogue';
import type { Handles } from '@livekit-swarm/catalogue/registry';

/** Registered metrics of the source `lifecycle`. */
export type LifecycleHandles = Handles<typeof LIFECYCLE_METRICS>;
