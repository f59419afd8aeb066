import type { RemoteTrack } from '@livekit-swarm/livekit';
import type { TrackSource } from '@livekit-swarm/record';

/** Numbers of the protocol's TrackSource. */
const VIDEO_SOURCES: Record<number, TrackSource> = { 1: 'camera', 3: 'screen' };

export const videoSourceOf = ({ source }: RemoteTrack): TrackSource =>
  VIDEO_SOURCES[source] ?? 'other';

/** Identifies a publication for subscribers across changes of its SID. */
export const publicationOf = ({ identity, kind, source }: RemoteTrack): string =>
  `${identity} ${kind} ${source}`;
