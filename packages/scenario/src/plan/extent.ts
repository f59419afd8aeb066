import { executorOf } from '../executors/registry.ts';
import type { GroupSpec } from '../scenario.ts';

/** The part of a scenario that decides who is there, and when. */
export interface LoadExtent {
  groups: readonly GroupSpec[];
}

/** When the last participants have left at the latest, ms after the start. */
export const latestEndMs = ({ groups }: LoadExtent): number =>
  groups.reduce((latest, group) => Math.max(latest, group.startMs + extentMs(group)), 0);

const extentMs = ({ executor, joinSpreadMs, roles }: GroupSpec): number =>
  executorOf(executor.type).extentMs(executor, {
    perRoom: roles.reduce((sum, { count }) => sum + count, 0),
    joinSpreadMs,
  });

/** Names of the stages of all groups, in order: windows that `@*` goes through. */
export const stageNames = ({ groups }: LoadExtent): string[] =>
  groups.flatMap(({ executor }) => executorOf(executor.type).windowNames(executor));
