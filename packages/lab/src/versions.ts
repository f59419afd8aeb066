/** The releases of livekit-server that the lab can provide; each has its pinned Go module in `livekit-server/vX.Y.Z`. The first is the default. */
export const LIVEKIT_VERSIONS = ['1.13.4', '1.11.0'] as const;

export type LiveKitVersion = (typeof LIVEKIT_VERSIONS)[number];

export const DEFAULT_LIVEKIT_VERSION: LiveKitVersion = LIVEKIT_VERSIONS[0];
