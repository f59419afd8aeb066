import { bitRate, customIssue, hinted, strict, text, word, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { form } from './language/write/form.ts';
import { bitRateText } from './language/write/texts.ts';
import type { Resolution, TrackPlan, VideoCodec } from './track-plan.ts';
import { MUSIC_KILOBITS } from './track-plan.ts';
import { videoProblem } from './video-format.ts';

export const RESOLUTION_WORDS = [
  '180p',
  '360p',
  '540p',
  '720p',
  '1080p',
] as const satisfies readonly Resolution[];
const AS_WORDS = ['audio', 'video', 'screen'] as const;
const AUDIO_WORDS = ['speech', 'music'] as const;
export const CODEC_WORDS = ['vp8', 'h264', 'vp9', 'av1'] as const satisfies readonly VideoCodec[];

export const TRACK_HINT =
  'write audio, { audio: music, bitrate: 128kbit/s }, { video: 720p, codec: vp8, simulcast: true }, { screen: 1080p } or { media: talk.ogg }';

const BITRATE_HINT = `one of ${MUSIC_KILOBITS.map((kilobits) => `${kilobits}kbit/s`).join(', ')}`;

/** Keys that state the content of a track, which has one of them. */
const SUBJECTS = ['audio', 'video', 'screen', 'media'] as const;
type Subject = (typeof SUBJECTS)[number];

/** Other keys that a track may have. */
const PROPERTIES = {
  audio: ['bitrate', 'dtx'],
  video: ['codec', 'bitrate', 'simulcast', 'scalabilityMode', 'frameMetadata'],
  screen: ['codec', 'bitrate', 'simulcast', 'scalabilityMode', 'frameMetadata'],
  media: ['as'],
} as const satisfies Record<Subject, readonly string[]>;

const trackFile = strict({
  audio: word(AUDIO_WORDS, 'audio content')
    .optional()
    .describe('Speech (34 kbit/s, mono) or music (stereo).'),
  bitrate: z
    .union([bitRate(), z.array(bitRate()).min(1).max(3)], {
      error: hinted('must be a bit rate or a list of them', 'write 4Mbit/s, or [2Mbit/s, 4Mbit/s]'),
    })
    .optional()
    .describe(
      'Of music: 64, 96, 128, 160 or 192 kbit/s. Default: 128kbit/s. Of VP8 and H.264: of the highest layer, or of the layers, the highest last; more than that of the clip.',
    ),
  dtx: yesOrNo()
    .optional()
    .describe('Of speech: with pauses, in which a packet is sent every 400 ms (RFC 7587).'),
  video: word(RESOLUTION_WORDS, 'resolution').optional().describe('A camera with this resolution.'),
  screen: word(RESOLUTION_WORDS, 'resolution')
    .optional()
    .describe('A shared screen with this resolution: 720p or 1080p.'),
  media: text(4_096, 'a path')
    .optional()
    .describe(
      'Your media file, relative to the scenario file: .ogg or .opus (Opus), .ivf (VP8), .mp4 (H.264 Constrained Baseline, Opus). It is sent as it is, again and again.',
    ),
  as: word(AS_WORDS, 'kind of track')
    .optional()
    .describe('Of media: what it is published as. Default: audio for .ogg and .opus, else video.'),
  codec: word(CODEC_WORDS, 'codec').optional().describe('Of a video. Default: vp8.'),
  simulcast: yesOrNo()
    .optional()
    .describe(
      'Of VP8 and H.264: in layers, each its own stream, of which the server forwards the one that fits each subscriber. Default: no.',
    ),
  scalabilityMode: word(['L3T3_KEY'], 'scalability mode')
    .optional()
    .describe(
      'Of VP9 and AV1: three spatial and three temporal layers in one stream, from which the server leaves out what does not fit a subscriber, as livekit-client publishes it. Default: no layers.',
    ),
  frameMetadata: yesOrNo()
    .optional()
    .describe(
      'Of a video: each frame carries its capture time, with which browsers measure `frame_latency`. Default: no.',
    ),
});

type TrackFile = z.output<typeof trackFile>;
type Complain = (path: string[], message: string, hint: string) => void;

/**
 * Schema of a track with its properties: `{ video: 720p, codec: vp8, simulcast: true }`,
 * `{ audio: music, bitrate: 192kbit/s }`.
 */
export const track = trackFile.transform((file, context): TrackPlan => {
  if (context.issues.length > 0) return z.NEVER;
  const complain: Complain = (path, message, hint) => {
    context.addIssue(customIssue(path, message, hint));
  };
  const plan = trackOf(file, complain);
  return plan ?? z.NEVER;
});

const trackOf = (file: TrackFile, complain: Complain): TrackPlan | null => {
  const [subject, other] = SUBJECTS.filter((key) => file[key] !== undefined);
  if (subject === undefined || other !== undefined) {
    complain([], 'must be one of audio, video, screen and media', TRACK_HINT);
    return null;
  }
  const own: readonly string[] = [subject, ...PROPERTIES[subject]];
  const stray = Object.entries(file).find(
    ([key, value]) => value !== undefined && !own.includes(key),
  );
  if (stray !== undefined) {
    complain([stray[0]], `has no effect with ${subject}`, 'leave it out');
    return null;
  }
  if (subject === 'media') return mediaOf(file, complain);
  return subject === 'audio' ? audioOf(file, complain) : videoOf(file, complain);
};

const audioOf = ({ audio, bitrate, dtx }: TrackFile, complain: Complain): TrackPlan | null => {
  if (audio === 'speech') {
    if (bitrate === undefined) return { kind: 'audio', ...(dtx === true && { dtx }) };
    complain(['bitrate'], 'has no effect with speech', 'leave it out, or use audio: music');
    return null;
  }
  if (dtx === true) {
    complain(['dtx'], 'is not possible with music', 'leave it out, or use audio: speech');
    return null;
  }
  const music = MUSIC_KILOBITS.find((kilobits) => kilobits * 1_000 === (bitrate ?? 128_000));
  if (music !== undefined) return { kind: 'audio', music };
  complain(['bitrate'], 'is not a bit rate of music', BITRATE_HINT);
  return null;
};

/** Kinds of tracks for each file extension; the first one is the default. */
const EXTENSIONS: Record<string, readonly (typeof AS_WORDS)[number][] | undefined> = {
  ogg: ['audio'],
  opus: ['audio'],
  ivf: ['video', 'screen'],
  mp4: ['video', 'screen', 'audio'],
};

/** Track of a media file; its codec and resolution follow when the file is read. */
const mediaOf = ({ media: path = '', as }: TrackFile, complain: Complain): TrackPlan | null => {
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  const possible = EXTENSIONS[extension];
  if (possible === undefined) {
    const hint = 'name an .ogg, .opus, .ivf or .mp4 file; ffmpeg converts others';
    complain(['media'], 'is not a kind of file that can be published', hint);
    return null;
  }
  const kind = as ?? possible[0] ?? 'video';
  if (!possible.includes(kind)) {
    complain(['as'], `is not possible with .${extension}`, `write ${possible.join(' or ')}`);
    return null;
  }
  if (kind === 'audio') return { kind, media: { path } };
  return {
    ...VIDEO,
    source: kind === 'screen' ? 'screen' : 'camera',
    codec: extension === 'mp4' ? 'h264' : 'vp8',
    media: { path },
  };
};

const VIDEO = { kind: 'video', codec: 'vp8', resolution: '720p', simulcast: false } as const;

const videoOf = (
  {
    video,
    screen,
    codec = 'vp8',
    bitrate,
    simulcast = false,
    scalabilityMode,
    frameMetadata,
  }: TrackFile,
  complain: Complain,
): TrackPlan | null => {
  const resolution = video ?? screen;
  if (resolution === undefined) return null;
  const track: TrackPlan = {
    kind: 'video',
    source: video === undefined ? 'screen' : 'camera',
    codec,
    resolution,
    simulcast,
    ...(bitrate !== undefined && { bitrates: [bitrate].flat() }),
    ...(scalabilityMode !== undefined && { scalabilityMode }),
    ...(frameMetadata === true && { frameMetadata }),
  };
  const problem = videoProblem(track);
  if (problem === null) return track;
  complain([problem.key], problem.message, problem.hint);
  return null;
};

/** Tracks with their own word, and their defaults. */
export const TRACKS_BY_WORD: Readonly<Record<string, TrackPlan | undefined>> = {
  audio: { kind: 'audio' },
  video: { kind: 'video', source: 'camera', codec: 'vp8', resolution: '720p', simulcast: false },
  screen: { kind: 'video', source: 'screen', codec: 'vp8', resolution: '1080p', simulcast: false },
};

/** Form of a track in a scenario file. */
export const trackForm = (track: TrackPlan): unknown => {
  if (track.media !== undefined)
    return {
      media: track.media.path,
      as: track.kind === 'audio' ? 'audio' : track.source === 'screen' ? 'screen' : 'video',
    };
  if (track.kind === 'audio') {
    const { music, dtx } = track;
    if (music !== undefined) return { audio: 'music', bitrate: bitRateText(music * 1_000) };
    return dtx === true ? { audio: 'speech', dtx } : 'audio';
  }
  const { source, codec, resolution, simulcast, bitrates, scalabilityMode, frameMetadata } = track;
  const [only, ...more] = bitrates?.map(bitRateText) ?? [];
  return form(
    [source === 'camera' ? 'video' : 'screen', resolution],
    ['codec', codec],
    ['bitrate', more.length > 0 ? [only, ...more] : only],
    simulcast && ['simulcast', true],
    ['scalabilityMode', scalabilityMode],
    ['frameMetadata', frameMetadata],
  );
};
