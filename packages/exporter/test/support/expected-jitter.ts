/** Expected interarrival jitter of audio with a known delay distribution. */
const PACKET_MS = 20;
/** RFC 3550 §6.4.1: a sixteenth of each difference. */
const GAIN = 1 / 16;
const PACKETS = 200_000;

/**
 * Each packet is delayed by an exponentially distributed time without reordering. Applies the filter of the RFC to many such
 * packets; returns its mean and standard deviation.
 * @param meanWait ms
 */
export const expectedJitter = (meanWait: number): { mean: number; deviation: number } => {
  const random = seeded();
  let [delay, jitter, sum, squares] = [0, meanWait, 0, 0];
  for (let packet = 0; packet < PACKETS; packet++) {
    const next = Math.max(-Math.log(1 - random()) * meanWait, delay - PACKET_MS);
    jitter += (Math.abs(next - delay) - jitter) * GAIN;
    delay = next;
    sum += jitter;
    squares += jitter * jitter;
  }
  const mean = sum / PACKETS;
  return { mean, deviation: Math.sqrt(squares / PACKETS - mean * mean) };
};

/** The same numbers each time, 0 … 1 (mulberry32). */
const seeded = (): (() => number) => {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
