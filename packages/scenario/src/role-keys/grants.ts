import { strict, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { permissionKeys, permissionSchema, stated, type TrackSourceName } from '../permission.ts';
import type { TrackPlan } from '../track-plan.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import type { Layout } from './layout.ts';

/**
 * Token grants (LiveKit's VideoGrant). Absent grants follow from the role: it may publish its
 * sources, send data if it sends data, and subscribe if it subscribes. A role with fewer grants
 * than it needs tests a denial.
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

/** LiveKit's source of a track. */
export const sourceOf = (track: TrackPlan): TrackSourceName =>
  track.kind === 'audio' ? 'microphone' : track.source === 'screen' ? 'screen_share' : 'camera';

/** Check whether the server allows a participant with these grants to publish the track. */
export const mayPublish = (
  { canPublish, canPublishSources }: RoleGrants,
  track: TrackPlan,
): boolean =>
  canPublish !== false &&
  (canPublishSources === undefined || canPublishSources.includes(sourceOf(track)));

/**
 * Tracks of a participant that others are informed of. The server does not announce hidden
 * participants, so no client could show them, although it forwards what they send.
 */
export const visibleTracks = ({
  publish,
  grants,
}: {
  publish: readonly TrackPlan[];
  grants: RoleGrants;
}): TrackPlan[] =>
  grants.hidden === true ? [] : publish.filter((track) => mayPublish(grants, track));

/** Check whether a participant receives any media; its layout decides which. */
export const maySubscribe = ({
  subscribe,
  grants,
}: {
  subscribe: boolean;
  grants: RoleGrants;
}): boolean => subscribe && grants.canSubscribe !== false;

/** The keys of a role that this key depends on. */
export interface GrantsRole {
  data?: unknown;
  rpc?: unknown;
  dataStreams?: unknown;
  dataTracks?: unknown;
  subscribe?: boolean | undefined;
  layout?: Layout | undefined;
}

/** Grants of the token. */
export const grants = defineRoleKey({
  name: 'grants',
  file: strict(grantKeys)
    .transform((given): RoleGrants => stated(given))
    .describe(
      'Grants of the token (LiveKit’s VideoGrant). Default: what the role needs. Fewer grants test a denial.',
    )
    .optional(),
  settings: grantsSchema,
  plan: 'same',
  read: (given): RoleGrants => given ?? {},
  write: (settings) => (Object.keys(settings).length > 0 ? settings : undefined),
  // A role with fewer grants than it needs tests a denial; by mistake, the scenario measures
  // nothing.
  check: (given = {}, { at, role, tracks, warn }: Checking<GrantsRole, unknown>) => {
    const denied = (key: keyof RoleGrants, what: string): void =>
      warn(
        [...at, 'grants', key],
        `the server will not allow them to ${what}`,
        'right if that is what you test',
        'key',
      );
    if (given.canPublish === false && tracks.length > 0)
      denied('canPublish', 'publish, but publish gives them tracks');
    else if (given.canPublishSources !== undefined) {
      const missing = tracks
        .map(sourceOf)
        .filter((source) => !given.canPublishSources?.includes(source));
      if (missing.length > 0) denied('canPublishSources', `publish their ${missing.join(', ')}`);
    }
    if (given.canPublishData === false && role.data !== undefined)
      denied('canPublishData', 'send data, but data gives them messages');
    if (given.canPublishData === false && role.rpc !== undefined)
      denied('canPublishData', 'send data, but rpc gives them calls');
    if (given.canPublishData === false && role.dataStreams !== undefined)
      denied('canPublishData', 'send data, but dataStreams gives them streams');
    if (given.canPublishData === false && role.dataTracks !== undefined)
      denied('canPublishData', 'send data, but dataTracks gives them a data track');
    if (given.canSubscribe === false && (role.subscribe ?? role.layout?.type !== 'none'))
      denied('canSubscribe', 'receive anything, but they subscribe');
    if (given.hidden === true && tracks.length > 0)
      denied('hidden', 'be visible: they are hidden, but publish');
  },
});
