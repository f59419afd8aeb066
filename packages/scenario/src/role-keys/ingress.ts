/** Publication through livekit/ingress, as an encoder does. */
import { word } from '@livekit-swarm/settings';
import { z } from 'zod';
import { type Checking, defineRoleKey } from './definition.ts';
import type { E2eeKey } from './e2ee.ts';
import { type EncoderRole, refuseWithEncoder } from './encoder.ts';

/** Ways to send media to ingress. `rtmp`: encoded by ffmpeg. `whip`: WebRTC, by the native engine. */
export const INGRESS_WAYS = ['rtmp', 'whip'] as const;

export type IngressWay = (typeof INGRESS_WAYS)[number];

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
  check: (given, context: Checking<EncoderRole, E2eeKey & { path?: unknown }>) => {
    if (given === undefined) return;
    const { at, role, tracks, complain } = context;
    const refuse = (key: string, message: string, hint: string): void =>
      complain([...at, key], message, hint, 'key');
    refuseWithEncoder('ingress', context);
    if (role.subscribe === true)
      refuse(
        'subscribe',
        'is not possible with ingress: an encoder receives nothing',
        'leave one out',
      );
    if (tracks.length === 0)
      refuse('ingress', 'has no effect without a track', 'publish audio, video or both');
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

/** Codecs of video that ingress takes by WHIP. */
const CODECS: ReadonlySet<string> = new Set(['vp8', 'h264']);
