/** Checks for the effect of a fault on the target. */
import type { EffectFinding } from '@livekit-swarm/record';
import type { Component, Platform } from '../../targets/platform.ts';

/** Finding on one component; null: the effect is present, or has ended as the fault intends. */
export type EffectCheck = Promise<EffectFinding | null>;

/**
 * Checks that the process from before the injection is gone; another process may have replaced it.
 */
export const findTerminated = async (platform: Platform, component: Component): EffectCheck =>
  component.instance !== null && (await platform.instance(component)) === component.instance
    ? 'still_runs'
    : null;

/** Checks that the process stays down until the rollback. */
export const findDown = async (platform: Platform, component: Component): EffectCheck =>
  (await platform.instance(component)) === null ? null : 'runs';

/** Checks that the process exists and is stopped. */
export const findStopped = async (platform: Platform, component: Component): EffectCheck => {
  if (await platform.isStopped(component)) return null;
  return (await platform.instance(component)) === null ? 'does_not_run' : 'runs';
};

/** Finds nothing, for a fault without a lasting effect: a signal, deleted keys. */
export const nothingToFind = async (): EffectCheck => null;
