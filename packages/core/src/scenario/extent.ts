import type { ExecutorSpec, Span, Stage } from './executor-spec.ts';
import type { GroupSpec } from './scenario.ts';

/** What of a scenario says who is there, and when. */
export interface Crowd {
  groups: readonly GroupSpec[];
}

/** How many people are in a room of the group. */
export const perRoom = ({ roles }: GroupSpec): number => roles.reduce((sum, { count }) => sum + count, 0);

/** About how many rooms the group opens in all. A ramp that goes up and down opens those anew that it had closed. */
export const roomsOpened = ({ executor }: Pick<GroupSpec, 'executor'>): number => {
  switch (executor.type) {
    case 'constant-rooms':
    case 'per-room-churn':
      return executor.rooms;
    case 'ramping-rooms':
      return risen(executor.startRooms, executor.stages);
    case 'constant-arrival-rate':
      return (executor.rate * executor.durationMs) / executor.timeUnitMs;
    case 'ramping-arrival-rate':
      return area(executor.startRate, executor.stages) / executor.timeUnitMs;
    case 'timetable':
      return executor.lessons.reduce((sum, { rooms }) => sum + rooms, 0);
  }
};

const risen = (start: number, stages: readonly Stage[]): number =>
  stages.reduce(({ sum, level }, { target }) => ({ sum: sum + Math.max(0, target - level), level: target }), {
    sum: start,
    level: start,
  }).sum;

/** Below the straight lines from stage to stage: the level's unit × ms. */
const area = (start: number, stages: readonly Stage[]): number =>
  stages.reduce(({ sum, level }, { target, durationMs }) => ({ sum: sum + ((level + target) / 2) * durationMs, level: target }), {
    sum: 0,
    level: start,
  }).sum;

/** About how many participants there are in all. */
export const participantsOf = ({ groups }: Crowd): number =>
  groups.reduce((sum, group) => sum + Math.ceil(roomsOpened(group)) * takers(group), 0);

/** How many people pass through the places of one room. */
const takers = (group: GroupSpec): number => {
  const { executor, roles } = group;
  if (executor.type !== 'per-room-churn') return perRoom(group);
  const turns = 1 + executor.durationMs / Math.max(1, meanOf(executor.stay) + meanOf(executor.pause));
  return roles.reduce((sum, { count, stays }) => sum + count * (stays ? 1 : turns), 0);
};

/** The mean of a span, ms. */
export const meanOf = (span: Span): number => {
  switch (span.distribution) {
    case 'constant':
      return span.ms;
    case 'uniform':
      return (span.minMs + span.maxMs) / 2;
    case 'exponential':
      return span.meanMs;
    case 'lognormal':
      return span.medianMs * Math.exp(span.sigma ** 2 / 2);
  }
};

/** When the last of the scenario's people have left at the latest, ms after the start. */
export const latestEndMs = ({ groups }: Crowd): number =>
  groups.reduce((latest, group) => Math.max(latest, group.startMs + lengthOf(group)), 0);

const lengthOf = (group: GroupSpec): number => {
  const { executor } = group;
  switch (executor.type) {
    case 'constant-rooms':
    case 'per-room-churn':
      return (executor.rooms * perRoom(group) * 1_000) / executor.joinRate + group.gatherMs + executor.durationMs;
    case 'constant-arrival-rate':
      return executor.durationMs;
    case 'ramping-rooms':
    case 'ramping-arrival-rate':
      return executor.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
    case 'timetable':
      return Math.max(0, ...executor.lessons.map(({ atMs, durationMs }) => atMs + durationMs));
  }
};

/** Labels of the parts of an executor, in order: windows that `@*` goes through. */
export const stageNames = (executor: ExecutorSpec): string[] => {
  if ('stages' in executor) return executor.stages.map(({ name }) => name);
  return executor.type === 'timetable' ? executor.lessons.map(({ name }) => name) : [];
};
