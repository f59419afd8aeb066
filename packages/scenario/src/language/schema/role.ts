import {
  hinted,
  name,
  quote,
  strict,
  suggest,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { LIMITS } from '../../limits.ts';
import { network } from '../../network/network.ts';
import type { RoleGrants, TrackSourceName } from '../../role-spec.ts';
import { data, layout, publish } from './media.ts';

const SOURCES = [
  'camera',
  'microphone',
  'screen_share',
  'screen_share_audio',
] as const satisfies readonly TrackSourceName[];

const grants = strict({
  canPublish: yesOrNo().optional(),
  canPublishSources: z
    .array(word(SOURCES, 'source'), { error: hinted('must be a list', `of ${SOURCES.join(', ')}`) })
    .optional(),
  canPublishData: yesOrNo().optional(),
  canSubscribe: yesOrNo().optional(),
  canUpdateOwnMetadata: yesOrNo().optional(),
  hidden: yesOrNo().optional(),
  roomAdmin: yesOrNo().optional(),
  recorder: yesOrNo().optional(),
})
  .describe(
    'Grants of the token (LiveKit’s VideoGrant). Default: what the role needs. Fewer grants test a denial.',
  )
  .transform(
    (given): RoleGrants =>
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );

/** Participants of a room that behave alike, and their number. */
export const role = strict({
  count: whole(0, LIMITS.perRoom).default(1).describe('Participants of the role per room.'),
  publish: publish
    .default([])
    .describe(
      'What each of them publishes: a track, a profile, or a list of them. Default: nothing.',
    ),
  subscribe: yesOrNo()
    .optional()
    .describe('Whether they receive the tracks of others. Default: yes.'),
  layout: layout()
    .optional()
    .describe(
      'What they subscribe to. speaker: one large video; grid:N: up to N videos in tiles. Audio is always received, except with none. Default: all.',
    ),
  data: data()
    .optional()
    .describe('Data messages that each of them sends: RATE[:BYTES[:reliable|lossy]].'),
  grants: grants.optional(),
  network: network.optional().describe('An impaired access network: a preset, or one of your own.'),
  permanent: yesOrNo()
    .default(false)
    .describe(
      'With an executor that replaces participants: these stay as long as the room is open.',
    ),
}).meta({ id: 'role' });

export type RoleFile = z.output<typeof role>;

export const roles = () =>
  z
    .record(name('the name of a role'), role, {
      error: hinted('must be a mapping of roles', 'write speaker: { count: 2, publish: audio }'),
    })
    .describe('The participants of each room, by role; they join in this order.');

/** Values of `publish` that profiles cannot be named. */
export const TRACK_WORDS = ['audio', 'video', 'screen', 'none'] as const;

export const noSuchProfile = (
  given: string,
  profiles: readonly string[],
): { message: string; hint: string } => ({
  message: `${quote(given)} is neither a track nor a profile of this file`,
  hint: suggest(given, [...TRACK_WORDS, ...profiles], 'available:'),
});
