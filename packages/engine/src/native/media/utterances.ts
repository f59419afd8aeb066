import type { ClipData } from '@livekit-swarm/webrtc';
import { FRAME_MS } from '../../voice/sentences.ts';

/**
 * Sounds that a participant plays once, each when its owner requests it: utterances of a caller,
 * answers of an agent with this length, ms, or marks that show the delay through ingress.
 */
export type Speaks = 'caller' | 'marks' | { answerMs: number };

/** Frames with speech without a pause, from which answers are made. */
const SPEECH: readonly [number, number] = [20, 70];

/** Clip of some frames of another. */
export const utteranceClip = (clip: ClipData, [from, to]: readonly [number, number]): ClipData =>
  clipOf(
    clip,
    Array.from({ length: to - from }, (_, index) => from + index),
  );

/** Clip of uninterrupted speech. @param lengthMs its length, ms; whole frames are sent */
export const speechClip = (clip: ClipData, lengthMs: number): ClipData => {
  const [from, to] = SPEECH;
  const frames = Math.max(1, Math.round(lengthMs / FRAME_MS));
  return clipOf(
    clip,
    Array.from({ length: frames }, (_, index) => from + (index % (to - from))),
  );
};

/** Clip of these frames, each of which has one packet. */
const clipOf = (clip: ClipData, frames: readonly number[]): ClipData => ({
  ...clip,
  packets: Uint32Array.from(
    frames.flatMap((frame) => [...clip.packets.subarray(4 * frame, 4 * frame + 4)]),
  ),
  frames: Uint32Array.from(
    frames.flatMap((frame, index) => [
      index,
      1,
      clip.frames[4 * frame + 2] ?? 960,
      clip.frames[4 * frame + 3] ?? 1,
    ]),
  ),
  audioLevels: Uint8Array.from(frames, (frame) => clip.audioLevels[frame] ?? 127),
});
