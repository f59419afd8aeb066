import type { ClipData } from '@livekit-swarm/webrtc';

/** What a plan and a publication need of a clip of a user's file. */
export interface ClipFacts {
  /** Of the media file, hexadecimal. */
  sha256: string;
  codec: 'opus' | 'vp8' | 'h264';
  /** Pixels; 0 for audio. */
  width: number;
  height: number;
  /** Of audio. */
  stereo: boolean;
  dtx: boolean;
  /** Per second. */
  packets: number;
  /** Of RTP payload, per second. */
  bits: number;
  durationMs: number;
}

/** Of the table-of-contents byte (RFC 6716 §3.1). */
const STEREO_BIT = 0x04;

export const clipFacts = (sha256: string, clip: ClipData): ClipFacts => {
  const { codec, width, height, clockRate, packets, frames, payload } = clip;
  let ticks = 0;
  for (let row = 2; row < frames.length; row += 4) ticks += frames[row] ?? 0;
  const seconds = ticks / clockRate;
  const isOpus = codec === 'opus';
  const rows = Array.from({ length: packets.length / 4 }, (_, row) => row * 4);
  return {
    sha256,
    codec: codec as ClipFacts['codec'],
    width,
    height,
    stereo: isOpus && rows.some((row) => ((payload[packets[row] ?? 0] ?? 0) & STEREO_BIT) !== 0),
    // The marker of audio is set after a pause.
    dtx: isOpus && rows.some((row) => packets[row + 2] === 1),
    packets: rows.length / seconds,
    bits: (payload.length * 8) / seconds,
    durationMs: seconds * 1_000,
  };
};
