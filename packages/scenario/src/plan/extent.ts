import { MIN_SESSION_MS } from '../executors/expansion.ts';
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

/**
 * Two participants that overlap for less need not have received each other: a slow join takes two seconds (beyond that `join_time` fails by default), the
 * subscription and a first key frame another, and it must not depend on luck. In milliseconds.
 */
const ENOUGH_MS = 5_000;

/**
 * How long two participants of a group must overlap to have received each other, ms. Less than usual only where the scenario itself has rooms that are open
 * for so short a time: a run of three seconds is there to find out whether media arrives within three seconds.
 */
export const overlapMs = ({ executor }: GroupSpec): number =>
  Math.max(
    MIN_SESSION_MS,
    Math.min(ENOUGH_MS, executorOf(executor.type).overlapMs(executor) ?? ENOUGH_MS),
  );
