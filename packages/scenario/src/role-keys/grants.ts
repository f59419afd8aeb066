import type { ParticipantPlan } from '../plan.ts';
import type { RoleGrants, TrackPlan, TrackSourceName } from './registry.ts';

/** LiveKit's source of a track. */
export const sourceOf = (track: TrackPlan): TrackSourceName =>
  track.kind === 'audio' ? 'microphone' : track.source === 'screen' ? 'screen_share' : 'camera';

/** Whether the server allows a participant with these grants to publish the track. */
export const mayPublish = (
  { canPublish, canPublishSources }: RoleGrants,
  track: TrackPlan,
): boolean =>
  canPublish !== false &&
  (canPublishSources === undefined || canPublishSources.includes(sourceOf(track)));

/**
 * The tracks of a participant that others are informed of. The server does not announce hidden participants, so no client could show them, although it
 * forwards what they send.
 */
export const visibleTracks = ({
  publish,
  grants,
}: Pick<ParticipantPlan, 'publish' | 'grants'>): TrackPlan[] =>
  grants.hidden === true ? [] : publish.filter((track) => mayPublish(grants, track));

/** Whether a participant receives media at all; its layout decides which. */
export const maySubscribe = ({
  subscribe,
  grants,
}: Pick<ParticipantPlan, 'subscribe' | 'grants'>): boolean =>
  subscribe && grants.canSubscribe !== false;
