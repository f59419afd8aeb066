import { plural, usageError } from '@livekit-swarm/settings';

/** Participants that may be lost with their process or host. */
export type ToleratedLoss = { type: 'share'; share: number } | { type: 'count'; count: number };

/**
 * Number of participants of a run that may be lost.
 * @throws SwarmError `usage` when that is none, or all
 */
export const toleratedOf = (tolerated: ToleratedLoss | null, planned: number): number => {
  if (tolerated === null) return 0;
  if (tolerated.type === 'count') {
    if (tolerated.count < planned) return tolerated.count;
    throw usageError(
      `--tolerate-lost ${tolerated.count}: the run has ${plural(planned, 'participant')} in all`,
      'give a smaller number, or a share such as 1%',
    );
  }
  const count = Math.floor(tolerated.share * planned + 1e-9);
  if (count > 0) return count;
  throw usageError(
    `--tolerate-lost: ${tolerated.share * 100} % of ${plural(planned, 'participant')} is less than one`,
    'give a larger share, or a number of participants',
  );
};
