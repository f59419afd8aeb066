import type { SessionOptions } from '@livekit-swarm/livekit';
import type { ParticipantPlan } from '@livekit-swarm/scenario';

/** Point at which a departure during the join happens; empty: the join is meant to succeed. */
export const departsBefore = ({
  departure,
}: Pick<ParticipantPlan, 'departure'>): Pick<SessionOptions, 'departsBefore'> => {
  switch (departure) {
    case 'before-response':
      return { departsBefore: 'response' };
    case 'before-offer':
      return { departsBefore: 'offer' };
    case 'before-ice':
      return { departsBefore: 'ice' };
    default:
      return {};
  }
};

/** Time by which a timer may fire early, ms. */
const EARLY_MS = 50;

/**
 * Check whether a participant leaves because its last action is to disappear, and not because the
 * run ends earlier.
 * @param atMs time since the start of the run, ms
 */
export const disappearsByAction = (
  { actions }: Pick<ParticipantPlan, 'actions'>,
  atMs: number,
): boolean => {
  const last = actions?.at(-1);
  return last?.do === 'disappear' && atMs >= last.atMs - EARLY_MS;
};
