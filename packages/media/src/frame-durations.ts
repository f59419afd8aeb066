import { MediaError } from './media-error.ts';

/** RTP clock of all video (RFC 6184 §8.2.1, RFC 7741 §4.1). */
export const VIDEO_CLOCK_RATE = 90_000;

/**
 * Accepted deviation of a frame from a constant rate, RTP clock ticks: containers round times to
 * milliseconds.
 */
const TOLERANCE = 0.001 * VIDEO_CLOCK_RATE + 1;
/**
 * Longest frame duration, RTP clock ticks: beyond it, every frame would count as a media
 * interruption.
 */
const LONGEST = 0.4 * VIDEO_CLOCK_RATE;

/**
 * Computes the duration of each frame, RTP clock ticks. Containers do not have the duration of the
 * last frame: it lasts as long as the others.
 * @param seconds presentation time of each frame, s, rising
 * @throws MediaError if the frame rate is not constant, or below 2.5 frames per second
 */
export const frameDurations = (seconds: readonly number[]): number[] => {
  const [first = 0] = seconds;
  if (seconds.length < 2)
    throw new MediaError('has a single frame; a video that loops needs two or more');
  const ticks = seconds.map((second) => Math.round((second - first) * VIDEO_CLOCK_RATE));
  const each = ticks.slice(1).map((at, index) => at - (ticks[index] ?? 0));
  const usual = each.toSorted((a, b) => a - b)[Math.floor(each.length / 2)] ?? 0;
  if (usual < 1 || usual > LONGEST)
    throw new MediaError(
      `has ${(VIDEO_CLOCK_RATE / usual).toFixed(1)} frames a second; 2.5 or more can be sent`,
    );
  return ticks.map((at, index) => {
    const next = ticks[index + 1];
    if (next === undefined) return usual;
    if (Math.abs(next - at - usual) > TOLERANCE)
      throw new MediaError(
        `frame ${index} lasts ${Math.round((next - at) / 90)} ms and not ${Math.round(usual / 90)} ms as the others: only a constant frame rate can be sent`,
      );
    return next - at;
  });
};
