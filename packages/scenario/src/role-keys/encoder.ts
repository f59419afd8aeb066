import type { TrackPlan } from '../track-plan.ts';
import type { Checking } from './definition.ts';
import { type E2eeKey, e2eeOf } from './e2ee.ts';

/** Keys of participants in a room of LiveKit, which streams are not. */
const OF_PARTICIPANTS = [
  'layout',
  'data',
  'rpc',
  'dataStreams',
  'dataTracks',
  'grants',
  'network',
  'rateAdaptation',
  'path',
  'connect',
  'turns',
  'conversation',
  'answers',
  'actions',
] as const;

/** The keys of a role that a stream depends on. */
export interface EncoderRole
  extends E2eeKey,
    Partial<Record<(typeof OF_PARTICIPANTS)[number], unknown>> {
  subscribe?: boolean | undefined;
  departure?: string | undefined;
}

const DEPARTURES_OF_ENCODERS: ReadonlySet<string> = new Set(['leave', 'disappear']);

/**
 * Report keys of a role that sends or plays a stream, and can have none of them.
 * @param key key that makes it a stream
 */
export const refuseWithEncoder = (
  key: 'ingress' | 'stream',
  { at, role, group, tracks, complain }: Checking<EncoderRole, E2eeKey & { path?: unknown }>,
): void => {
  const refuse = (name: string, message: string, hint: string): void =>
    complain([...at, name], message, hint, 'key');
  // WHIP and WHEP endpoints name TURN servers, too.
  for (const name of OF_PARTICIPANTS)
    if (role[name] !== undefined && !(name === 'path' && key === 'stream'))
      refuse(name, `is not possible with ${key}: ${REASONS[key]}`, 'leave one out');
  if (e2eeOf(role, group) !== null)
    refuse(key, `is not possible with e2ee: ${ENCRYPTION[key]}`, 'leave one out');
  if (group.path !== undefined && key === 'ingress')
    refuse(key, 'is not possible with path of the group', 'use a group of its own');
  if (role.departure !== undefined && !DEPARTURES_OF_ENCODERS.has(role.departure))
    refuse(
      'departure',
      `is ${role.departure}, which ${WHO[key]} cannot do`,
      'write leave or disappear',
    );
  if (tracks.some((track) => !isEncodable(track)))
    refuse(
      'publish',
      `has a track that is not possible with ${key}: ${WHO[key]} has generated audio and a camera`,
      'publish audio, { audio: music } or { video: 720p }',
    );
};

const WHO = { ingress: 'an encoder', stream: 'a stream' } as const;
const REASONS = {
  ingress: 'an encoder only sends media',
  stream: 'a stream is media alone',
} as const;
const ENCRYPTION = {
  ingress: 'ingress does not encrypt',
  stream: 'WHIP and WHEP have no keys for it',
} as const;

const isEncodable = (track: TrackPlan): boolean =>
  track.media === undefined &&
  (track.kind === 'audio'
    ? track.dtx === undefined
    : track.source === 'camera' &&
      track.scalabilityMode === undefined &&
      track.frameMetadata === undefined);
