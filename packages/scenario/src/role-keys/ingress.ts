/** Publication through livekit/ingress, as an encoder does. */
import { word } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { TrackPlan } from '../track-plan.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import { type E2eeKey, e2eeOf } from './e2ee.ts';

/** Ways to send media to ingress. `rtmp`: encoded by ffmpeg. `whip`: WebRTC, by the native engine. */
export const INGRESS_WAYS = ['rtmp', 'whip'] as const;

export type IngressWay = (typeof INGRESS_WAYS)[number];

/** Keys that an encoder cannot have: it sends media, and takes no part in the room. */
const OF_PARTICIPANTS = [
  'layout',
  'data',
  'rpc',
  'dataStreams',
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

/** The keys of a role that this key depends on. */
export interface IngressRole
  extends E2eeKey,
    Partial<Record<(typeof OF_PARTICIPANTS)[number], unknown>> {
  subscribe?: boolean | undefined;
  departure?: string | undefined;
}

/** Way in which participants publish by ingress. Absent: they join on their own. */
export const ingress = defineRoleKey({
  name: 'ingress',
  file: word(INGRESS_WAYS, 'way to ingress')
    .optional()
    .describe(
      'Publish through livekit/ingress, as an encoder. rtmp: ffmpeg encodes and sends RTMP, ingress transcodes. whip: the native engine sends WebRTC, ingress passes it on. They receive nothing. Default: they join on their own.',
    ),
  settings: z.enum(INGRESS_WAYS).exactOptional(),
  plan: 'same',
  isBounded: true,
  nativeOnly: true,
  read: (given) => given,
  write: (settings) => settings,
  check: (
    given,
    { at, role, group, tracks, complain }: Checking<IngressRole, E2eeKey & { path?: unknown }>,
  ) => {
    if (given === undefined) return;
    const refuse = (key: string, message: string, hint: string): void =>
      complain([...at, key], message, hint, 'key');
    for (const key of OF_PARTICIPANTS)
      if (role[key] !== undefined)
        refuse(key, 'is not possible with ingress: an encoder only sends media', 'leave one out');
    if (role.subscribe === true)
      refuse(
        'subscribe',
        'is not possible with ingress: an encoder receives nothing',
        'leave one out',
      );
    if (e2eeOf(role, group) !== null)
      refuse('ingress', 'is not possible with e2ee: ingress does not encrypt', 'leave one out');
    if (group.path !== undefined)
      refuse('ingress', 'is not possible with path of the group', 'use a group of its own');
    if (role.departure !== undefined && !DEPARTURES_OF_ENCODERS.has(role.departure))
      refuse(
        'departure',
        `is ${role.departure}, which an encoder cannot do`,
        'write leave or disappear',
      );
    if (tracks.length === 0)
      refuse('ingress', 'has no effect without a track', 'publish audio, video or both');
    const other = tracks.find((track) => !isEncodable(track));
    if (other !== undefined)
      refuse(
        'publish',
        'has a track that is not possible with ingress: its encoder has generated audio and a camera',
        'publish audio, { audio: music } or { video: 720p }',
      );
    const unknown = tracks.find((track) => track.kind === 'video' && !CODECS.has(track.codec));
    if (given === 'whip' && unknown?.kind === 'video')
      refuse(
        'publish',
        `has a video in ${unknown.codec}, which ingress does not take by WHIP`,
        'write codec: vp8 or h264',
      );
    for (const kind of ['audio', 'video'] as const)
      if (given === 'whip' && tracks.filter((track) => track.kind === kind).length > 1)
        refuse(
          'publish',
          `has more than one ${kind}, which is not possible by WHIP`,
          'publish one audio, one video, or one of each',
        );
  },
});

const DEPARTURES_OF_ENCODERS: ReadonlySet<string> = new Set(['leave', 'disappear']);

/** Codecs of video that ingress takes by WHIP. */
const CODECS: ReadonlySet<string> = new Set(['vp8', 'h264']);

const isEncodable = (track: TrackPlan): boolean =>
  track.media === undefined &&
  (track.kind === 'audio'
    ? track.dtx === undefined
    : track.source === 'camera' &&
      track.scalabilityMode === undefined &&
      track.frameMetadata === undefined);
