import type { ClipData } from '@livekit-swarm/webrtc';

/** Frame whose packets share one RTP timestamp. */
export interface PacketizedFrame {
  /** RTP payloads in sending order, at least one. */
  payloads: Uint8Array[];
  /** Time until the next frame, RTP clock ticks. */
  duration: number;
  keyframe: boolean;
  /** True for the first audio frame after a pause in which no packets were sent; absent: false. */
  talkspurt?: boolean;
}

type ClipFormat = Pick<ClipData, 'kind' | 'codec' | 'clockRate' | 'width' | 'height'>;

const concatenate = (parts: Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
};

/**
 * Returns the marker bit of a packet. For video it marks the last packet of a frame (RFC 6184 §5.1,
 * RFC 7741 §4.1); for audio the first packet of a talkspurt (RFC 3551 §4.1, RFC 7587 §4.1), which
 * exists only with DTX.
 */
const isMarked = (
  kind: ClipData['kind'],
  talkspurt: boolean | undefined,
  isLastOfFrame: boolean,
): boolean => (kind === 'video' ? isLastOfFrame : talkspurt === true);

/** Builds the flat tables of a clip from frames; payloads are copied. */
export const buildClip = (
  format: ClipFormat,
  frames: PacketizedFrame[],
  audioLevels: Uint8Array = new Uint8Array(),
): ClipData => {
  const packetRows: number[] = [];
  const frameRows: number[] = [];
  let offset = 0;
  for (const { payloads, duration, keyframe, talkspurt } of frames) {
    frameRows.push(packetRows.length / 4, payloads.length, duration, keyframe ? 1 : 0);
    for (const [index, { length }] of payloads.entries()) {
      packetRows.push(
        offset,
        length,
        isMarked(format.kind, talkspurt, index === payloads.length - 1) ? 1 : 0,
        index === 0 ? 1 : 0,
      );
      offset += length;
    }
  }
  return {
    ...format,
    payload: concatenate(frames.flatMap((frame) => frame.payloads)),
    packets: Uint32Array.from(packetRows),
    frames: Uint32Array.from(frameRows),
    audioLevels,
  };
};
