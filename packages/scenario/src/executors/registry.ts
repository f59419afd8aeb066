import { z } from 'zod';
import { constantArrivalRate } from './constant-arrival-rate.ts';
import { constantRooms } from './constant-rooms.ts';
import type { ExecutorMethods } from './definition.ts';
import { perRoomChurn } from './per-room-churn.ts';
import { rampingArrivalRate } from './ramping-arrival-rate.ts';
import { rampingParticipants } from './ramping-participants.ts';
import { rampingRooms } from './ramping-rooms.ts';
import { timetable } from './timetable.ts';

/** Every executor, in the order in which the documentation has them. */
const EXECUTORS = [
  constantRooms,
  rampingRooms,
  constantArrivalRate,
  rampingArrivalRate,
  perRoomChurn,
  rampingParticipants,
  timetable,
] as const;

/** The tuple of what each has under a key. */
type Each<Key extends string, List extends readonly Record<Key, unknown>[]> = {
  -readonly [Index in keyof List]: List[Index][Key];
};
type Groups = Each<'group', typeof EXECUTORS>;
type Schemas = Each<'schema', typeof EXECUTORS>;

/** A group of a scenario file, by executor. */
export const groupSchemas = EXECUTORS.map(({ group }) => group) as Groups;

export type GroupFile = z.output<Groups[number]>;

/** The settings of an executor with everything filled in, as records hold them. */
export const executorSchema = z
  .discriminatedUnion('type', EXECUTORS.map(({ schema }) => schema) as Schemas)
  .meta({ id: 'Executor', description: 'How rooms and participants come and go.' });

export type ExecutorSpec = z.infer<typeof executorSchema>;
export type ExecutorName = ExecutorSpec['type'];

export const executorNames = (): ExecutorName[] => EXECUTORS.map(({ type }) => type);

interface Executor extends ExecutorMethods<ExecutorSpec, GroupFile> {
  type: ExecutorName;
  replacesParticipants: boolean;
}

const BY_NAME = new Map<ExecutorName, Executor>(EXECUTORS.map((one) => [one.type, one]));

/** The definition of the executor that settings are of. */
export const executorOf = (name: ExecutorName): Executor => {
  const executor = BY_NAME.get(name);
  if (executor === undefined) throw new RangeError(`unknown executor "${name}"`);
  return executor;
};

/** The settings that a group of a scenario file means. */
export const readExecutor = (group: GroupFile, prefix: string): ExecutorSpec =>
  executorOf(group.executor).read(group, { prefix });

/** How many rooms, and for how long. */
export const describeExecutor = (spec: ExecutorSpec) => executorOf(spec.type).describe(spec);
