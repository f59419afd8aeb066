/** Expected interarrival jitter of audio with a known delay distribution. */
const PACKET_MS = 20;
/** Gain of the jitter filter: a sixteenth of each difference (RFC 3550 §6.4.1). */
const GAIN = 1 / 16;
const PACKETS = 200_000;

/**
 * Simulate packets that are delayed by an exponentially distributed time without reordering, and
 * apply the filter of the RFC to them.
 * @param meanWait mean delay, ms
 * @returns mean and standard deviation of the jitter, ms
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

/** Create a generator of the same numbers in each run, 0 … 1 (mulberry32). */
const seeded = (): (() => number) => {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
