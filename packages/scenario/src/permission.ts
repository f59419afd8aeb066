import { hinted, strict, word, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { Permission } from './actions/action-spec.ts';
import type { RoleGrants, TrackSourceName } from './role-keys/registry.ts';

const SOURCES = [
  'camera',
  'microphone',
  'screen_share',
  'screen_share_audio',
] as const satisfies readonly TrackSourceName[];

const permissionKeys = {
  canPublish: yesOrNo().optional(),
  canPublishSources: z
    .array(word(SOURCES, 'source'), { error: hinted('must be a list', `of ${SOURCES.join(', ')}`) })
    .optional(),
  canPublishData: yesOrNo().optional(),
  canSubscribe: yesOrNo().optional(),
  canUpdateOwnMetadata: yesOrNo().optional(),
};

const grantKeys = {
  ...permissionKeys,
  hidden: yesOrNo().optional(),
  roomAdmin: yesOrNo().optional(),
  recorder: yesOrNo().optional(),
};

/** What was written, without the keys that were not: those follow from the role. */
const stated = <T extends object>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** What can change during a stay. */
export const permission = () =>
  strict(permissionKeys).transform((given): Permission => stated(given));

/** What a token grants. */
export const grants = () => strict(grantKeys).transform((given): RoleGrants => stated(given));
