import type { RemoteTrack } from '@livekit-swarm/livekit';
import type { TrackSource } from '@livekit-swarm/record';

/** Numbers of the protocol's TrackSource. */
const VIDEO_SOURCES: Record<number, TrackSource> = { 1: 'camera', 3: 'screen' };

export const videoSourceOf = ({ source }: RemoteTrack): TrackSource =>
  VIDEO_SOURCES[source] ?? 'other';

/** What makes it the same publication to those who watch, whatever its sid. */
export const publicationOf = ({ identity, kind, source }: RemoteTrack): string =>
  `${identity} ${kind} ${source}`;
