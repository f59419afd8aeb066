import { MIN_SESSION_MS } from '../executors/expansion.ts';
import { executorOf } from '../executors/registry.ts';
import type { GroupSpec } from '../scenario.ts';

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
