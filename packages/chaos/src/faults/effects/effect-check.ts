/** Checks of the target for the effect of a fault. */
import type { EffectFinding } from '@livekit-swarm/record';
import type { Component, Platform } from '../../targets/platform.ts';

/** The check of one component; null: the effect is there, or has ended as the fault intends. */
export type EffectCheck = Promise<EffectFinding | null>;

/** Checks that the process from before the injection is gone; another process may have replaced it. */
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

/** The check of a fault that is an event without a lasting effect: a signal, deleted keys. */
export const nothingToFind = async (): EffectCheck => null;
