import type { ExecutorSpec } from '../executors/executor-spec.ts';
import type { GroupSpec } from '../scenario.ts';

/** What of a scenario says who is there, and when. */
export interface Crowd {
  groups: readonly GroupSpec[];
}

/** When the last of the scenario's people have left at the latest, ms after the start. */
export const latestEndMs = ({ groups }: Crowd): number =>
  groups.reduce((latest, group) => Math.max(latest, group.startMs + lengthOf(group)), 0);

const perRoom = ({ roles }: GroupSpec): number => roles.reduce((sum, { count }) => sum + count, 0);

const lengthOf = (group: GroupSpec): number => {
  const { executor } = group;
  switch (executor.type) {
    case 'constant-rooms':
    case 'per-room-churn':
      return (
        (executor.rooms * perRoom(group) * 1_000) / executor.joinRate +
        group.gatherMs +
        executor.durationMs
      );
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
