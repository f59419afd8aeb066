import { hostMessages } from './host-messages.ts';
import { curveOf, type PlanView, plannedParts, roomsOf } from './plan-view.ts';

/** Changes with what is incompatible only: fields may be added under the same name. */
export const PLAN_SCHEMA = 'livekit-swarm/plan/1';

/** Points of the curve: enough for any screen. */
const POINTS = 240;

/** What `swarm plan --json` prints. Times in milliseconds, packets and bits a second; bits as they are on the wire. */
export const planObject = (view: PlanView): object => {
  const { plan, host, assessment } = view;
  const { need, allocation, obstacle, fits, short } = assessment;
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
    curve: curveOf(view, POINTS).map(({ atMs, most }) => ({ atMs, ...most })),
    host: {
      fits,
      short,
      obstacle: obstacle === null ? null : { message: obstacle.message, hint: obstacle.hint },
      cores: host.cores,
      memoryBytes: host.memoryBytes,
      allocation,
      need,
      messages: hostMessages(view).map(({ text }) => text),
    },
  };
};
