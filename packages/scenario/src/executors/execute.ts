import { constantArrivalRate } from './constant-arrival-rate.ts';
import { constantRooms } from './constant-rooms.ts';
import type { Executor, Expansion, Group } from './executor.ts';
import type { ExecutorSpec } from './executor-spec.ts';
import { perRoomChurn } from './per-room-churn.ts';
import { rampingArrivalRate } from './ramping-arrival-rate.ts';
import { rampingRooms } from './ramping-rooms.ts';
import { timetable } from './timetable.ts';

/** Every executor by its name; one file each. */
export const EXECUTORS: { [Type in ExecutorSpec['type']]: Executor<Type> } = {
  'constant-rooms': constantRooms,
  'ramping-rooms': rampingRooms,
  'constant-arrival-rate': constantArrivalRate,
  'ramping-arrival-rate': rampingArrivalRate,
  'per-room-churn': perRoomChurn,
  timetable,
};

/** Lets the executor that a group names say when its rooms come and go. */
export const execute = <Type extends ExecutorSpec['type']>(
  spec: Extract<ExecutorSpec, { type: Type }>,
  group: Group,
): Expansion => {
  const executor: Executor<Type> = EXECUTORS[spec.type as Type];
  return executor(spec, group);
};
