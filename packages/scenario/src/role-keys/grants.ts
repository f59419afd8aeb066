import { strict, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { permissionKeys, permissionSchema, stated, type TrackSourceName } from '../permission.ts';
import type { TrackPlan } from '../track-plan.ts';

/**
 * Token grants (LiveKit's VideoGrant). What is absent follows from what the role does: it may publish the sources it publishes, send data if it sends
 * data, subscribe if it subscribes. Stating less than a role needs is how a denial is tested.
 */
export const grantsSchema = permissionSchema.extend({
  hidden: z.boolean().exactOptional(),
  roomAdmin: z.boolean().exactOptional(),
  recorder: z.boolean().exactOptional(),
});

export type RoleGrants = z.infer<typeof grantsSchema>;

const grantKeys = {
  ...permissionKeys,
  hidden: yesOrNo().optional(),
  roomAdmin: yesOrNo().optional(),
  recorder: yesOrNo().optional(),
};

/** What a token grants. */
export const grants = () => strict(grantKeys).transform((given): RoleGrants => stated(given));

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
}: {
  publish: readonly TrackPlan[];
  grants: RoleGrants;
}): TrackPlan[] =>
  grants.hidden === true ? [] : publish.filter((track) => mayPublish(grants, track));

/** Whether a participant receives media at all; its layout decides which. */
export const maySubscribe = ({
  subscribe,
  grants,
}: {
  subscribe: boolean;
  grants: RoleGrants;
}): boolean => subscribe && grants.canSubscribe !== false;
