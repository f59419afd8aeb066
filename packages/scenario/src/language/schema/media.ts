import { customIssue, hinted, reading, strict, word, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { parseDataRate } from '../../data-traffic.ts';
import { parseLayout } from '../../layout.ts';
import type { Resolution, TrackPlan, VideoCodec } from '../../role-spec.ts';

export const RESOLUTION_WORDS = [
  '180p',
  '360p',
  '540p',
  '720p',
  '1080p',
] as const satisfies readonly Resolution[];
export const CODEC_WORDS = ['vp8', 'h264'] as const satisfies readonly VideoCodec[];

const TRACK_HINT = 'write audio, { video: 720p, codec: vp8, simulcast: true } or { screen: 1080p }';

/** A track with its properties: `{ video: 720p, codec: vp8, simulcast: true }`, `{ screen: 1080p }`. */
const track = strict({
  video: word(RESOLUTION_WORDS, 'resolution').optional().describe('A camera with this resolution.'),
  screen: word(RESOLUTION_WORDS, 'resolution')
    .optional()
    .describe('A shared screen with this resolution.'),
  codec: word(CODEC_WORDS, 'codec').default('vp8'),
  simulcast: yesOrNo()
    .default(false)
    .describe('In layers, of which the server forwards the one that fits each subscriber.'),
}).transform(({ video, screen, codec, simulcast }, context): TrackPlan => {
  if (context.issues.length > 0) return z.NEVER;
  const resolution = video ?? screen;
  if (resolution === undefined || (video !== undefined && screen !== undefined)) {
    context.addIssue(customIssue([], 'must be either a video or a screen', TRACK_HINT));
    return z.NEVER;
  }
  if (simulcast && resolution === '180p') {
    const hint = 'leave simulcast out, or take 360p or more';
    context.addIssue(customIssue(['simulcast'], '180p is the lowest layer already', hint));
    return z.NEVER;
  }
  return {
    kind: 'video',
    source: video === undefined ? 'screen' : 'camera',
    codec,
    resolution,
    simulcast,
  };
});

/** What is published: a word (`audio`, `video`, `screen`, or a profile of the file) or a track with its properties. */
const item = z.union([z.string(), track], {
  error: hinted('must be a track or a profile', TRACK_HINT),
});

/** One track or profile, or several. */
export const publish = z
  .union([z.string(), z.array(item)], {
    error: hinted('must be a profile or a list of tracks', `[${TRACK_HINT.slice(6)}]`),
  })
  .meta({
    id: 'publish',
    samples: [
      'audio',
      ['audio', { video: '720p', codec: 'vp8', simulcast: true }],
      ['audio', { screen: '1080p' }],
    ],
  });

/** `all`, `speaker`, `grid:4`, `audio-only`, `none`. */
export const layout = () =>
  z
    .string({ error: hinted('must be a layout', 'write all, speaker, grid:4, audio-only or none') })
    .transform(reading(parseLayout))
    .meta({
      pattern: '^\\s*(?:all|speaker|grid:?\\d+|audio-only|none)\\s*$',
      samples: ['all', 'speaker', 'grid:4', 'audio-only', 'none'],
    });

/** `10/s:200B:reliable`. */
export const data = () =>
  z
    .string({
      error: hinted('must be data messages', 'write 10/s, 10/s:200B or 5/s:1000B:reliable'),
    })
    .transform(reading(parseDataRate))
    .meta({
      pattern: '^\\s*\\d+(?:\\.\\d+)?/s(?::\\d+B?(?::(?:reliable|lossy))?)?\\s*$',
      samples: ['10/s', '10/s:200B', '5/s:1000B:reliable'],
    });
