import type { EventLine, EventName } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import type { EngineOptions } from './engine.ts';

export type EventDetails = Partial<
  Omit<EventLine, 'type' | 'at' | 'event' | 'identity' | 'group' | 'room' | 'role' | 'shard'>
>;

/** Report of an event of one participant. @param at Unix ms */
export type Emit = (event: EventName, at: number, details: EventDetails) => void;

/** Make the report of a participant's events, as lines of the record. */
export const eventEmitter =
  (
    { identity, group, room, role }: ParticipantPlan,
    { startedAtMs, onEvent }: Pick<EngineOptions, 'startedAtMs' | 'onEvent'>,
  ): Emit =>
  (event, at, details) => {
    const {
      attempt,
      phases,
      durationMs,
      node,
      backend,
      agent,
      publisher,
      kind,
      source,
      serverVersion,
      region,
      addressFamily,
      action,
      selectedPair,
      reason,
      message,
      hint,
      turn,
    } = details;
    onEvent({
      type: 'event',
      at: at - startedAtMs,
      event,
      identity,
      group,
      room,
      role,
      ...(attempt !== undefined && { attempt }),
      ...(phases !== undefined && { phases }),
      ...(durationMs !== undefined && { durationMs }),
      ...(node !== undefined && node !== '' && { node }),
      ...(backend !== undefined && backend !== '' && { backend }),
      ...(agent !== undefined && { agent }),
      ...(publisher !== undefined && { publisher }),
      ...(kind !== undefined && { kind }),
      ...(source !== undefined && { source }),
      ...(serverVersion !== undefined && serverVersion !== '' && { serverVersion }),
      ...(region !== undefined && region !== '' && { region }),
      ...(addressFamily !== undefined && { addressFamily }),
      ...(action !== undefined && { action }),
      ...(selectedPair !== undefined && { selectedPair }),
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
      ...(hint !== undefined && { hint }),
      ...(turn !== undefined && { turn }),
    });
  };
