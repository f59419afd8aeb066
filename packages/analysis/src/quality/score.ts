/** Scores are mean opinion scores (ITU-T P.800.1): 1 bad, 2 poor, 3 fair, 4 good, 5 excellent. */
export const clampScore = (score: number): number =>
  Number.isFinite(score) ? Math.min(5, Math.max(1, score)) : 1;

/**
 * The quality of one participant: the lowest score of its tracks, since good audio does not make up
 * for frozen video. Undefined without tracks.
 */
export const participantQuality = (scores: readonly number[]): number | undefined =>
  scores.length === 0
    ? undefined
    : scores.reduce((worst, score) => Math.min(worst, clampScore(score)), 5);
