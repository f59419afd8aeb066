import type { ParticipantPermission } from '@livekit/protocol';
import { TrackSource } from '@livekit/protocol';
import type { TrackSpec } from '../sdp/own-track.ts';

/** Something requested that is not allowed. `cid`: the track that may not be published. */
export interface PublishRejection {
  what: 'publish' | 'data' | 'subscribe';
  cid: string | null;
  message: string;
}

/** What a participant is about to do. */
export interface PublishIntent {
  tracks: readonly TrackSpec[];
  sendsData: boolean;
  subscribes: boolean;
}

/** What the server calls the source of a track. */
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
 * What the permission in a JoinResponse forbids of the participant's intent. The server drops data
 * silently, and for old clients it drops tracks silently as well.
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

/** @param why in the server's words */
export const publishRejection = (track: TrackSpec, why?: unknown): PublishRejection => ({
  what: 'publish',
  cid: track.cid,
  message: `the server does not let it publish its ${NAMES[sourceOf(track)] ?? track.kind}${typeof why === 'string' && why !== '' ? `: ${why}` : ''}`,
});

/** An empty list of sources means all of them. */
const mayPublish = (
  { canPublish, canPublishSources }: ParticipantPermission,
  source: TrackSource,
): boolean => canPublish && (canPublishSources.length === 0 || canPublishSources.includes(source));
