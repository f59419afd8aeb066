import type { RemoteTrack } from '@livekit-swarm/livekit';
import type { TrackSource } from '@livekit-swarm/record';

/** Sources of videos by their number in the protocol (TrackSource). */
const VIDEO_SOURCES: Record<number, TrackSource> = { 1: 'camera', 3: 'screen' };

export const videoSourceOf = ({ source }: RemoteTrack): TrackSource =>
  VIDEO_SOURCES[source] ?? 'other';

/** Identifier of a publication for subscribers, which stays when its SID changes. */
export const publicationOf = ({ identity, kind, source }: RemoteTrack): string =>
  `${identity} ${kind} ${source}`;
