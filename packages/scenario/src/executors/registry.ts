import { z } from 'zod';
import { constantArrivalRate } from './constant-arrival-rate.ts';
import { constantRooms } from './constant-rooms.ts';
import type { ExecutorMethods } from './definition.ts';
import { perRoomChurn } from './per-room-churn.ts';
import { rampingArrivalRate } from './ramping-arrival-rate.ts';
import { rampingParticipants } from './ramping-participants.ts';
import { rampingRooms } from './ramping-rooms.ts';
import { timetable } from './timetable.ts';

/** All executors, in the order of the documentation. */
const EXECUTORS = [
  constantRooms,
  rampingRooms,
  constantArrivalRate,
  rampingArrivalRate,
  perRoomChurn,
  rampingParticipants,
  timetable,
] as const;

/** Tuple of the values that each executor has under a key. */
type Each<Key extends string, List extends readonly Record<Key, unknown>[]> = {
  -readonly [Index in keyof List]: List[Index][Key];
};
type Groups = Each<'group', typeof EXECUTORS>;
type Schemas = Each<'schema', typeof EXECUTORS>;

/** Schemas of a scenario file's group, one for each executor. */
export const groupSchemas = EXECUTORS.map(({ group }) => group) as Groups;

export type GroupFile = z.output<Groups[number]>;

/** Settings of an executor with all defaults filled in, in the form of records. */
export const executorSchema = z
  .discriminatedUnion('type', EXECUTORS.map(({ schema }) => schema) as Schemas)
  .meta({ id: 'Executor', description: 'Arrival and departure of rooms and participants.' });

export type ExecutorSpec = z.infer<typeof executorSchema>;
export type ExecutorName = ExecutorSpec['type'];

export const executorNames = (): ExecutorName[] => EXECUTORS.map(({ type }) => type);

interface Executor extends ExecutorMethods<ExecutorSpec, GroupFile> {
  type: ExecutorName;
  replacesParticipants: boolean;
}

const BY_NAME = new Map<ExecutorName, Executor>(EXECUTORS.map((one) => [one.type, one]));

/** Definition of an executor. */
export const executorOf = (name: ExecutorName): Executor => {
  const executor = BY_NAME.get(name);
  if (executor === undefined) throw new RangeError(`unknown executor "${name}"`);
  return executor;
};

/** Settings of a scenario file's group. */
export const readExecutor = (group: GroupFile, prefix: string): ExecutorSpec =>
  executorOf(group.executor).read(group, { prefix });

/** Number of rooms and their duration, as text. */
export const describeExecutor = (spec: ExecutorSpec) => executorOf(spec.type).describe(spec);
