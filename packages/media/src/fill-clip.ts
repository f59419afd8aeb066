import type { ClipData } from '@livekit-swarm/webrtc';
import { buildClip, type PacketizedFrame } from './build-clip.ts';
import { MediaError } from './media-error.ts';
import { packetizeH264 } from './packetize-h264.ts';
import { packetizeVp8 } from './packetize-vp8.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';

/** NAL unit type of H.264 filler data (§7.3.2.7): bytes of ones, and a final bit. */
const FILLER = 12;
const FILLER_BYTE = 0xff;
const FILLER_END = 0x80;

const concatenate = (payloads: readonly Uint8Array[], bytes: number): Uint8Array => {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const payload of payloads) {
    whole.set(payload, at);
    at += payload.length;
  }
  return whole;
};

const filler = (bytes: number): Uint8Array => {
  const nal = new Uint8Array(bytes).fill(FILLER_BYTE);
  nal[0] = FILLER;
  nal[bytes - 1] = FILLER_END;
  return nal;
};

const framesOf = ({ frames, packets, payload }: ClipData): PacketizedFrame[] =>
  Array.from({ length: frames.length / 4 }, (_, index) => {
    const [first = 0, count = 0, duration = 0, keyframe = 0] = frames.subarray(index * 4);
    const payloads = Array.from({ length: count }, (_, packet) => {
      const [offset = 0, length = 0] = packets.subarray((first + packet) * 4);
      return payload.subarray(offset, offset + length);
    });
    return { payloads, duration, keyframe: keyframe === 1 };
  });

const bytesOf = (payloads: readonly Uint8Array[]): number =>
  payloads.reduce((sum, { length }) => sum + length, 0);

/**
 * Raises the bit rate of a video: every frame becomes `factor` times as large, as encoders fill up
 * a constant bit rate. H.264 uses filler data; decoders of VP8 ignore bytes after the last
 * partition.
 * @throws MediaError for another codec
 */
export const fillClip = (clip: ClipData, factor: number): ClipData => {
  const { kind, codec, clockRate, width, height } = clip;
  let owed = 0;
  const fill = ({ payloads, ...frame }: PacketizedFrame): PacketizedFrame => {
    const bytes = bytesOf(payloads);
    owed += bytes * (factor - 1);
    const more = Math.floor(owed);
    // Filler data needs packets of its own, which are not worth sending for a few bytes.
    if (codec === 'h264' && more < MAX_RTP_PAYLOAD / 2) return { ...frame, payloads };
    owed -= more;
    if (codec === 'vp8')
      return { ...frame, payloads: packetizeVp8(concatenate(payloads, bytes + more)) };
    return { ...frame, payloads: [...payloads, ...packetizeH264([filler(more)])] };
  };
  if (codec !== 'vp8' && codec !== 'h264')
    throw new MediaError(`the bit rate of ${codec} cannot be raised`);
  return buildClip({ kind, codec, clockRate, width, height }, framesOf(clip).map(fill));
};
