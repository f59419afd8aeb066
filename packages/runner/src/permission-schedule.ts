import { setPermission } from '@livekit-swarm/livekit';
import type { EventLine } from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedAction } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { Deployment } from './deployment.ts';
import { schedule } from './schedule.ts';

/** Schedule of permissions that change during sessions. */
export interface PermissionSchedule {
  /** Stops the schedule: permissions do not change any more. */
  stop(): void;
}

interface Change {
  participant: ParticipantPlan;
  action: Extract<PlannedAction, { do: 'permit' }>;
}

/**
 * Changes the permissions of participants at the times of the plan, through the room service, which
 * needs the API secret; workers do not have it.
 * @param elapsedMs time since the start of the run, ms
 * @param append called with the result of each change
 */
export const startPermissionSchedule = (
  participants: readonly ParticipantPlan[],
  deployment: Pick<Deployment, 'url' | 'apiUrl' | 'apiKey' | 'apiSecret'>,
  elapsedMs: () => number,
  append: (event: EventLine) => void,
): PermissionSchedule => {
  let stopped = false;
  const changes = schedule<Change>(
    ({ action }) => action.atMs,
    elapsedMs,
    ({ participant: { room, identity, group, role }, action }) => {
      const began = elapsedMs();
      const report = (
        outcome: Pick<EventLine, 'event' | 'reason' | 'message' | 'durationMs'>,
      ): void => {
        if (!stopped)
          append({
            type: 'event',
            at: elapsedMs(),
            identity,
            group,
            room,
            role,
            action: 'permit',
            ...outcome,
          });
      };
      setPermission(deployment, room, identity, action.permission).then(
        () => report({ event: 'acted', durationMs: elapsedMs() - began }),
        (error: unknown) =>
          report({
            event: 'action_failed',
            reason: 'room_service',
            message: messageOf(error),
          }),
      );
    },
  );
  changes.add(
    participants.flatMap((participant) =>
      (participant.actions ?? []).flatMap((action) =>
        action.do === 'permit' ? [{ participant, action }] : [],
      ),
    ),
  );
  return {
    stop: () => {
      stopped = true;
      changes.stop();
    },
  };
};
