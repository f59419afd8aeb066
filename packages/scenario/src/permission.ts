import { hinted, strict, word, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';

/** LiveKit's sources of tracks. */
export const TRACK_SOURCES = [
  'camera',
  'microphone',
  'screen_share',
  'screen_share_audio',
] as const;

export type TrackSourceName = (typeof TRACK_SOURCES)[number];

/**
 * LiveKit's permission of a participant: settings that the room service can change during a stay.
 */
export const permissionSchema = z.object({
  canPublish: z.boolean().exactOptional(),
  canPublishSources: z.array(z.enum(TRACK_SOURCES)).exactOptional(),
  canPublishData: z.boolean().exactOptional(),
  canSubscribe: z.boolean().exactOptional(),
  canUpdateOwnMetadata: z.boolean().exactOptional(),
});

export type Permission = z.infer<typeof permissionSchema>;

/** Keys of a permission in a scenario file. */
export const permissionKeys = {
  canPublish: yesOrNo().optional(),
  canPublishSources: z
    .array(word(TRACK_SOURCES, 'source'), {
      error: hinted('must be a list', `of ${TRACK_SOURCES.join(', ')}`),
    })
    .optional(),
  canPublishData: yesOrNo().optional(),
  canSubscribe: yesOrNo().optional(),
  canUpdateOwnMetadata: yesOrNo().optional(),
};

/** Keys that were stated; the others follow from the role. */
export const stated = <T extends object>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** Schema of a permission in a scenario file. */
export const permission = () =>
  strict(permissionKeys).transform((given): Permission => stated(given));
