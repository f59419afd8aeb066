import { MIN_SESSION_MS } from '../executors/expansion.ts';
import { executorOf } from '../executors/registry.ts';
import type { GroupSpec } from '../scenario.ts';

/** Part of a scenario that decides which participants are connected when. */
export interface LoadExtent {
  groups: readonly GroupSpec[];
}

/** Latest time at which all participants have left, ms after the start of the run. */
export const latestEndMs = ({ groups }: LoadExtent): number =>
  groups.reduce((latest, group) => Math.max(latest, group.startMs + extentMs(group)), 0);

const extentMs = ({ executor, joinSpreadMs, roles }: GroupSpec): number =>
  executorOf(executor.type).extentMs(executor, {
    perRoom: roles.reduce((sum, { count }) => sum + count, 0),
    joinSpreadMs,
  });

/** Names of the stages of all groups, in order: the windows of `@*`. */
export const stageNames = ({ groups }: LoadExtent): string[] =>
  groups.flatMap(({ executor }) => executorOf(executor.type).windowNames(executor));

/**
 * Overlap below which two participants are not expected to receive each other, ms: a slow join
 * takes two seconds (beyond that `join_time` fails by default), subscription and first keyframe
 * another.
 */
const ENOUGH_MS = 5_000;

/**
 * Overlap after which two participants of a group must have received each other, ms. Shorter if the
 * rooms of the scenario are open for a shorter time: a run of three seconds tests whether media
 * arrives within three seconds.
 */
export const overlapMs = ({ executor }: GroupSpec): number =>
  Math.max(
    MIN_SESSION_MS,
    Math.min(ENOUGH_MS, executorOf(executor.type).overlapMs(executor) ?? ENOUGH_MS),
  );
