/**
 * Supported codecs and extensions, numbered as in browsers and livekit-server, so that nothing is
 * renumbered.
 */
import type { Codec, ExtensionIds, MediaKind } from '../media-plane.ts';

export interface CodecProfile {
  codec: Codec;
  kind: MediaKind;
  /** Encoding name, as `a=rtpmap` has it (RFC 8866 §6.6). */
  name: string;
  clockRate: number;
  channels: number | null;
  fmtp: string | null;
  payloadType: number;
  /** Payload type of the repair stream (RFC 4588); null: losses are repaired on the same SSRC. */
  rtxPayloadType: number | null;
}

const H264_FMTP = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=';

/**
 * Supported codecs in order of preference. H.264 appears twice: published video is constrained
 * baseline, received video may be high profile.
 */
export const CODECS: readonly CodecProfile[] = [
  {
    codec: 'opus',
    kind: 'audio',
    name: 'opus',
    clockRate: 48_000,
    channels: 2,
    fmtp: 'minptime=10;useinbandfec=1',
    payloadType: 111,
    rtxPayloadType: null,
  },
  {
    codec: 'vp8',
    kind: 'video',
    name: 'VP8',
    clockRate: 90_000,
    channels: null,
    fmtp: null,
    payloadType: 96,
    rtxPayloadType: 97,
  },
  {
    codec: 'h264',
    kind: 'video',
    name: 'H264',
    clockRate: 90_000,
    channels: null,
    fmtp: `${H264_FMTP}42e01f`,
    payloadType: 108,
    rtxPayloadType: 109,
  },
  {
    codec: 'h264',
    kind: 'video',
    name: 'H264',
    clockRate: 90_000,
    channels: null,
    fmtp: `${H264_FMTP}640032`,
    payloadType: 123,
    rtxPayloadType: 124,
  },
  {
    codec: 'vp9',
    kind: 'video',
    name: 'VP9',
    clockRate: 90_000,
    channels: null,
    fmtp: 'profile-id=0',
    payloadType: 98,
    rtxPayloadType: 99,
  },
  {
    codec: 'av1',
    kind: 'video',
    name: 'AV1',
    clockRate: 90_000,
    channels: null,
    fmtp: 'level-idx=5;profile=0;tier=0',
    payloadType: 45,
    rtxPayloadType: 46,
  },
];

export const AUDIO_FEEDBACK: readonly string[] = ['transport-cc', 'nack'];
export const VIDEO_FEEDBACK: readonly string[] = [
  'goog-remb',
  'transport-cc',
  'ccm fir',
  'nack',
  'nack pli',
];

export type ExtensionName = keyof ExtensionIds;

export const EXTENSION_URIS: Record<ExtensionName, string> = {
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportWideCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  absCaptureTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  rid: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  repairedRid: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  dependencyDescriptor:
    'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
};

const NAME_OF_URI = new Map(
  Object.entries(EXTENSION_URIS).map(([name, uri]) => [uri, name as ExtensionName]),
);

export const extensionOfUri = (uri: string): ExtensionName | undefined => NAME_OF_URI.get(uri);

/** Ids of offered extensions; below 15, the limit of the one-byte form (RFC 8285 §4.2). */
export const OFFERED_EXTENSIONS: Record<MediaKind, readonly (readonly [ExtensionName, number])[]> =
  {
    audio: [
      ['audioLevel', 1],
      ['absSendTime', 2],
      ['transportWideCc', 3],
      ['mid', 4],
      ['absCaptureTime', 8],
    ],
    video: [
      ['absSendTime', 2],
      ['transportWideCc', 3],
      ['mid', 4],
      ['absCaptureTime', 8],
      ['rid', 10],
      ['repairedRid', 11],
    ],
  };

/**
 * Id of the dependency descriptor. For sending, livekit-client offers it only with codecs that have
 * layers in one stream.
 */
export const DEPENDENCY_DESCRIPTOR_ID = 12;
export const hasDependencyDescriptor = (codec: Codec): boolean =>
  codec === 'vp9' || codec === 'av1';
