import type { ParticipantPlan } from './plan.ts';
import type { RoleGrants, TrackPlan, TrackSourceName } from './role-spec.ts';

/** How LiveKit calls what a track shows or says. */
export const sourceOf = (track: TrackPlan): TrackSourceName =>
  track.kind === 'audio' ? 'microphone' : track.source === 'screen' ? 'screen_share' : 'camera';

/** Whether the server lets somebody with these grants publish this. */
export const mayPublish = (
  { canPublish, canPublishSources }: RoleGrants,
  track: TrackPlan,
): boolean =>
  canPublish !== false &&
  (canPublishSources === undefined || canPublishSources.includes(sourceOf(track)));

/**
 * The tracks of somebody that others get to know of. Of those who are hidden nobody is told, so that no client could show them, although the server
 * forwards what they send.
 */
export const visibleTracks = ({
  publish,
  grants,
}: Pick<ParticipantPlan, 'publish' | 'grants'>): TrackPlan[] =>
  grants.hidden === true ? [] : publish.filter((track) => mayPublish(grants, track));

/** Whether somebody receives media at all; which, their layout says. */
export const maySubscribe = ({
  subscribe,
  grants,
}: Pick<ParticipantPlan, 'subscribe' | 'grants'>): boolean =>
  subscribe && grants.canSubscribe !== false;
