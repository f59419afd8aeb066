import type { ClipData } from '@livekit-swarm/webrtc';

/** Facts about the clip of a user's file that the plan and the publication of its track need. */
export interface ClipFacts {
  /** SHA-256 of the media file, hexadecimal. */
  sha256: string;
  codec: 'opus' | 'vp8' | 'h264';
  /** Width of the video, pixels; 0 for audio. */
  width: number;
  height: number;
  /** True for stereo audio; false for video. */
  stereo: boolean;
  dtx: boolean;
  /** Packet rate, packets per second. */
  packets: number;
  /** Bit rate of the RTP payload, bit/s. */
  bits: number;
  durationMs: number;
}

/** Stereo flag in the table-of-contents byte (RFC 6716 §3.1). */
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
