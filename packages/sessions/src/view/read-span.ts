import { parseDuration, usageError } from '@livekit-swarm/settings';
import type { Span } from '../journal/read.ts';

const DAY = '24h';

/**
 * Read a time span from two durations before now: `since` 2h, `until` 1h.
 * @throws SwarmError `usage`
 */
export const readSpan = (
  { since = DAY, until }: { since?: string | undefined; until?: string | undefined },
  nowMs: number,
): Span => {
  const [fromMs, toMs] = [
    nowMs - parseDuration(since),
    nowMs - (until === undefined ? 0 : parseDuration(until)),
  ];
  if (fromMs >= toMs)
    throw usageError(
      `since ${since} until ${until} ago is not a time span`,
      'since is the longer of the two: since=2h, until=1h',
    );
  return { fromMs, toMs };
};
