import { hostMessages } from './host-messages.ts';
import { curveOf, type PlanView, plannedParts, roomsOf, turnsOf } from './plan-view.ts';

/** Schema of a plan. Its version changes only with incompatible fields; fields may be added. */
const PLAN_SCHEMA = 'livekit-swarm/plan/1';

/** Points of the curve: enough for any screen. */
const POINTS = 240;

/**
 * The JSON of `swarm plan`. Times are in milliseconds, packets and bits per second; bits are those
 * on the wire.
 */
export const planObject = (view: PlanView): object => {
  const { plan, host, assessment, calibration } = view;
  const { need, allocation, obstacle, fits, short, estimate } = assessment;
  return {
    schema: PLAN_SCHEMA,
    scenario: plan.scenario,
    participants: plan.participants.length,
    rooms: roomsOf(plan),
    droppedRooms: plan.droppedRooms,
    lastJoinAtMs: plan.lastJoinAtMs,
    endAtMs: plan.endAtMs,
    windows: plan.windows,
    most: plannedParts(view).map(({ most, ...part }) => ({ ...part, ...most })),
    turns: turnsOf(plan).map(({ fromMs, toMs, ...turn }) => ({
      ...turn,
      fromMs: Math.round(fromMs),
      toMs: Math.round(toMs),
    })),
    livekitCloud: view.cloudPrice,
    curve: curveOf(view, POINTS).map(({ atMs, most }) => ({ atMs, ...most })),
    host: {
      fits,
      short,
      obstacle: obstacle === null ? null : { message: obstacle.message, hint: obstacle.hint },
      cores: host.cores,
      memoryBytes: host.memoryBytes,
      allocation:
        allocation === null ? null : { processes: allocation.workers, threads: allocation.threads },
      need,
      estimate,
      calibration,
      messages: hostMessages(view).map(({ text }) => text),
    },
  };
};
