import type { DrillStopReason } from '@livekit-swarm/record';
import { plural } from '@livekit-swarm/settings';

/** Why a drill did not go on to the end of its schedule: in reports of drills and of their runs. */
export const stopReasonText = (reason: DrillStopReason): string => {
  switch (reason.code) {
    case 'steady_state_not_reached': {
      const { participantsMissing, participants, subscriptionsWithoutMedia } = reason;
      const missing = [
        ...(participantsMissing > 0
          ? [`${participantsMissing} of ${plural(participants, 'participant')} not connected`]
          : []),
        ...(subscriptionsWithoutMedia > 0
          ? [`${plural(subscriptionsWithoutMedia, 'subscription')} without media`]
          : []),
      ];
      return `steady state not reached within ${reason.withinMs / 1_000} s: ${missing.join(', ') || 'it had not lasted long enough'}`;
    }
    case 'ended_before_steady_state':
      return 'the run ended before the steady state was reached';
    case 'rolled_back_externally':
      return `${reason.fault} was rolled back by another process during the drill`;
    case 'execution_failed':
      return reason.message;
    case 'control_group_interrupted':
      return `${Math.round(100 * reason.share)} % of the subscribers in the control group received no media for ${reason.forMs / 1_000} s`;
  }
};
