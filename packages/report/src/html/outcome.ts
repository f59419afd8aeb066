import type { Person } from '@livekit-swarm/analysis';

const OUTCOMES: Record<NonNullable<Person['outcome']>, string> = {
  left: 'stayed',
  join_failed: 'never in',
  disconnected: 'dropped',
  lost_with_worker: 'lost with its worker',
};

/** What became of somebody. */
export const outcomeOf = ({ outcome }: Person): string =>
  outcome === null ? 'not known' : OUTCOMES[outcome];
