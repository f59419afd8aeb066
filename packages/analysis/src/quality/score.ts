/** Scores are mean opinion scores (ITU-T P.800.1): 1 bad, 2 poor, 3 fair, 4 good, 5 excellent. */
export const clampScore = (score: number): number =>
  Number.isFinite(score) ? Math.min(5, Math.max(1, score)) : 1;

/**
 * What one person's call was like: as good as the worst of what they heard and saw, since a frozen picture is not made up for by a clear voice.
 * Undefined when there was nothing to hear or see.
 */
export const participantQuality = (scores: readonly number[]): number | undefined =>
  scores.length === 0
    ? undefined
    : scores.reduce((worst, score) => Math.min(worst, clampScore(score)), 5);
