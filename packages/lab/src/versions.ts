/** The releases of livekit-server that the lab can provide; each has its pinned Go module in `livekit-server/vX.Y.Z`. The first is the default. */
export const LIVEKIT_VERSIONS = ['1.13.4', '1.13.5', '1.13.3', '1.13.1', '1.11.0'] as const;

/** Those that the tests of this project use. The others are there for `swarm ab` and `swarm soak`: what changed from one to the next? */
export const TESTED_VERSIONS = ['1.13.4', '1.11.0'] as const satisfies readonly LiveKitVersion[];

export type LiveKitVersion = (typeof LIVEKIT_VERSIONS)[number];

export const DEFAULT_LIVEKIT_VERSION: LiveKitVersion = LIVEKIT_VERSIONS[0];
