/**
 * Releases of livekit-server that the lab can provide; each has its pinned Go module in
 * `livekit-server/vX.Y.Z`. The first is the default.
 */
export const LIVEKIT_VERSIONS = ['1.13.4', '1.13.5', '1.13.3', '1.13.1', '1.11.0'] as const;

/**
 * Releases that the tests of this project use. `swarm ab` and `swarm soak` compare the others: what
 * changed from one release to the next?
 */
export const TESTED_VERSIONS = ['1.13.4', '1.11.0'] as const satisfies readonly LiveKitVersion[];

export type LiveKitVersion = (typeof LIVEKIT_VERSIONS)[number];

export const DEFAULT_LIVEKIT_VERSION: LiveKitVersion = LIVEKIT_VERSIONS[0];
