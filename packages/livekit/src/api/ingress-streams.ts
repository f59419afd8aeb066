import {
  AudioCodec,
  IngressAudioEncodingOptions,
  IngressAudioOptions,
  IngressInput,
  IngressVideoEncodingOptions,
  IngressVideoOptions,
  TrackSource,
  VideoCodec,
  VideoLayer,
  VideoQuality,
} from '@livekit/protocol';
import { highestBitrate, type ParticipantPlan, RESOLUTIONS } from '@livekit-swarm/scenario';
import type { IngressClient } from 'livekit-server-sdk';

/** Stream that ingress accepts from an encoder. */
export interface CreatedIngress {
  ingressId: string;
  /** Address without the key: `rtmp://HOST:PORT/APP`, or that of a WHIP endpoint. */
  url: string;
  streamKey: string;
}

/**
 * Creates the stream of a participant. What comes as RTMP, ingress encodes again as the plan of the
 * participant states: Opus, and H.264 of its size. What comes as WHIP, it passes on.
 * @throws ApiRejection
 */
export const createIngress = async (
  client: Pick<IngressClient, 'createIngress'>,
  { identity, room, publish, ingress }: IngressPlan,
): Promise<CreatedIngress> => {
  const audio = publish.find((track) => track.kind === 'audio');
  const video = publish.find((track) => track.kind === 'video');
  const participant = {
    name: identity,
    roomName: room,
    participantIdentity: identity,
    participantName: identity,
  };
  const { ingressId, url, streamKey } =
    ingress === 'whip'
      ? await client.createIngress(IngressInput.WHIP_INPUT, {
          ...participant,
          enableTranscoding: false,
          ...(audio !== undefined && { audio: new IngressAudioOptions(MICROPHONE) }),
          ...(video !== undefined && { video: new IngressVideoOptions(CAMERA) }),
        })
      : await client.createIngress(IngressInput.RTMP_INPUT, {
          ...participant,
          ...(audio !== undefined && { audio: audioOptions(audio) }),
          ...(video !== undefined && { video: videoOptions(video) }),
        });
  return { ingressId, url, streamKey };
};

type IngressPlan = Pick<ParticipantPlan, 'identity' | 'room' | 'publish' | 'ingress'>;

const MICROPHONE = { source: TrackSource.MICROPHONE };
const CAMERA = { source: TrackSource.CAMERA };

type Track = ParticipantPlan['publish'][number];
type Audio = Extract<Track, { kind: 'audio' }>;
type Video = Extract<Track, { kind: 'video' }>;

/** Bit rate of speech, bit/s. */
const SPEECH_BPS = 48_000;

const audioOptions = ({ music }: Audio): IngressAudioOptions =>
  new IngressAudioOptions({
    ...MICROPHONE,
    encodingOptions: {
      case: 'options',
      value: new IngressAudioEncodingOptions({
        audioCodec: AudioCodec.OPUS,
        bitrate: music === undefined ? SPEECH_BPS : music * 1_000,
        channels: music === undefined ? 1 : 2,
        disableDtx: true,
      }),
    },
  });

const FRAMES_PER_SECOND = 30;
/** Qualities of simulcast layers, the highest first; each has half the width of the one before. */
const QUALITIES = [VideoQuality.HIGH, VideoQuality.MEDIUM, VideoQuality.LOW];

const videoOptions = (video: Video): IngressVideoOptions => {
  const { width, height } = RESOLUTIONS[video.resolution];
  const highest = highestBitrate(video);
  const layers = QUALITIES.slice(0, video.simulcast ? QUALITIES.length : 1).map(
    (quality, step) =>
      new VideoLayer({
        quality,
        width: even(width / 2 ** step),
        height: even(height / 2 ** step),
        bitrate: Math.round(highest / 4 ** step),
      }),
  );
  return new IngressVideoOptions({
    ...CAMERA,
    encodingOptions: {
      case: 'options',
      value: new IngressVideoEncodingOptions({
        videoCodec: VideoCodec.H264_BASELINE,
        frameRate: FRAMES_PER_SECOND,
        layers,
      }),
    },
  });
};

const even = (pixels: number): number => 2 * Math.round(pixels / 2);

/** Reads the error that ingress reports about a stream; empty: none. @throws ApiRejection */
export const ingressErrorOf = async (
  client: Pick<IngressClient, 'listIngress'>,
  ingressId: string,
): Promise<string> => (await client.listIngress({ ingressId }))[0]?.state?.error ?? '';
