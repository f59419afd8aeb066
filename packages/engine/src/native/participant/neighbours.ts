import type { ParticipantPlan, TrackPlan } from '@livekit-swarm/scenario';
import type { Observer } from './effect-tracker.ts';

/** Another participant of the same room on this engine. */
export interface Neighbour extends Observer {
  readonly plan: Pick<ParticipantPlan, 'group' | 'role' | 'subscribe' | 'layout' | 'grants'>;
}

/** Check whether a participant receives a track regardless of the other tracks in the room. */
export const receives = (
  { plan: { subscribe, layout, grants } }: Neighbour,
  { kind }: Pick<TrackPlan, 'kind'>,
): boolean =>
  subscribe &&
  grants.canSubscribe !== false &&
  layout.type !== 'none' &&
  (kind === 'audio' || layout.type === 'all');
