import { padOpus } from '@livekit-swarm/media';
import type { ClipData } from '@livekit-swarm/webrtc';

const FRAMES_PER_SECOND = 50;
const BITS = 8;

/** Clip with packets of one frame that are padded up to a bit rate. @param bitrate bit/s */
export const paddedClip = (clip: ClipData, bitrate: number): ClipData => {
  const bytes = Math.round(bitrate / BITS / FRAMES_PER_SECOND);
  const payloads: Uint8Array[] = [];
  const packets = Uint32Array.from(clip.packets);
  let offset = 0;
  for (let at = 0; at < packets.length; at += 4) {
    const [from = 0, length = 0] = packets.subarray(at);
    const padded = padOpus(clip.payload.subarray(from, from + length), bytes);
    packets[at] = offset;
    packets[at + 1] = padded.length;
    offset += padded.length;
    payloads.push(padded);
  }
  return { ...clip, packets, payload: Uint8Array.from(Buffer.concat(payloads)) };
};
