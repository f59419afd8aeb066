import type { ParticipantPermission } from '@livekit/protocol';
import { TrackSource } from '@livekit/protocol';
import type { TrackSpec } from '../sdp/own-track.ts';

/** A request that the permission forbids. `cid`: the track that may not be published. */
export interface PublishRejection {
  what: 'publish' | 'data' | 'subscribe';
  cid: string | null;
  message: string;
}

/** Tracks and data that a participant will publish. */
export interface PublishIntent {
  tracks: readonly TrackSpec[];
  sendsData: boolean;
  subscribes: boolean;
}

/** Source of a track, as a value of the protocol. */
export const sourceOf = ({ kind, source }: Pick<TrackSpec, 'kind' | 'source'>): TrackSource =>
  kind === 'audio'
    ? TrackSource.MICROPHONE
    : source === 'screen'
      ? TrackSource.SCREEN_SHARE
      : TrackSource.CAMERA;

const NAMES: Partial<Record<TrackSource, string>> = {
  [TrackSource.MICROPHONE]: 'microphone',
  [TrackSource.CAMERA]: 'camera',
  [TrackSource.SCREEN_SHARE]: 'screen',
};

/**
 * Requests of a participant that the permission in the JoinResponse forbids. The server drops data
 * silently, and tracks of old clients as well.
 */
export const rejectionsBy = (
  permission: ParticipantPermission | undefined,
  intention: PublishIntent,
): PublishRejection[] => {
  if (permission === undefined) return [];
  const { tracks, sendsData, subscribes } = intention;
  const refusals = tracks
    .filter((track) => !mayPublish(permission, sourceOf(track)))
    .map(publishRejection);
  if (sendsData && !permission.canPublishData)
    refusals.push({ what: 'data', cid: null, message: 'the server does not let it send data' });
  if (subscribes && !permission.canSubscribe)
    refusals.push({
      what: 'subscribe',
      cid: null,
      message: 'the server does not permit it to subscribe',
    });
  return refusals;
};

/** @param why text of the server */
export const publishRejection = (track: TrackSpec, why?: unknown): PublishRejection => ({
  what: 'publish',
  cid: track.cid,
  message: `the server does not let it publish its ${NAMES[sourceOf(track)] ?? track.kind}${typeof why === 'string' && why !== '' ? `: ${why}` : ''}`,
});

/** Returns true when a source may be published. An empty list of sources means all. */
const mayPublish = (
  { canPublish, canPublishSources }: ParticipantPermission,
  source: TrackSource,
): boolean => canPublish && (canPublishSources.length === 0 || canPublishSources.includes(source));
