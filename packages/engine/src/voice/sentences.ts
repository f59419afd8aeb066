/** Length of a frame of the speech of swarm, ms. */
export const FRAME_MS = 20;

/** First frame of each sentence in the speech of 8 s, and the frame after its last. */
export const SENTENCES: readonly (readonly [number, number])[] = [
  [0, 110],
  [110, 260],
  [260, 400],
];
