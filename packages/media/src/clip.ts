/** One pre-packetised clip. Structurally the pump's clip, so that it can be handed on as it is. */
export interface Clip {
  kind: 'audio' | 'video';
  codec: 'opus' | 'vp8' | 'h264';
  /** RTP clock: 48000 or 90000. */
  clockRate: number;
  /** Pixels; 0 for audio. */
  width: number;
  height: number;
  /** All RTP payloads, one after the other. VP8 payloads come without a payload descriptor: the sender writes it, as the picture id runs on. */
  payload: Uint8Array;
  /** Four numbers a packet: offset in `payload`, length, marker (0 or 1), starts a frame (0 or 1). */
  packets: Uint32Array;
  /** Four numbers a frame: first packet, packets, duration in RTP clock ticks, keyframe (0 or 1). The first frame is a keyframe; the clip loops. */
  frames: Uint32Array;
  /** RFC 6464 level in -dBov (0 loud … 127 silent) per frame; empty for video. */
  audioLevels: Uint8Array;
}

/** What goes out with one RTP timestamp. */
export interface PacketizedFrame {
  /** RTP payloads in order of sending, one at least. */
  payloads: Uint8Array[];
  /** RTP clock ticks until the next frame. */
  duration: number;
  keyframe: boolean;
}

type ClipFormat = Pick<Clip, 'kind' | 'codec' | 'clockRate' | 'width' | 'height'>;

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
 * The marker of video is set on the last packet of a frame (RFC 6184 §5.1, RFC 7741 §4.1); that of audio begins a talkspurt after a pause
 * (RFC 3551 §4.1, RFC 7587 §4.1), and without DTX there is none.
 */
const marker = (kind: Clip['kind'], isLastOfFrame: boolean): number => (kind === 'video' && isLastOfFrame ? 1 : 0);

/** Lays frames out in the flat tables of a clip; payloads are copied. */
export const buildClip = (format: ClipFormat, frames: PacketizedFrame[], audioLevels: Uint8Array = new Uint8Array()): Clip => {
  const packetRows: number[] = [];
  const frameRows: number[] = [];
  let offset = 0;
  for (const { payloads, duration, keyframe } of frames) {
    frameRows.push(packetRows.length / 4, payloads.length, duration, keyframe ? 1 : 0);
    for (const [index, { length }] of payloads.entries()) {
      packetRows.push(offset, length, marker(format.kind, index === payloads.length - 1), index === 0 ? 1 : 0);
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
