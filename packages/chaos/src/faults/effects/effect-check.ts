/** What is left of a fault while it should be in effect: asked of the target itself. */
import type { EffectFinding } from '@livekit-swarm/record';
import type { Component, Platform } from '../../targets/platform.ts';

/** The check of one component; null: the effect is there, or ended as the fault means it to. */
export type EffectCheck = Promise<EffectFinding | null>;

/** For a fault that terminates a process: whatever started it again, that process is gone. */
export const findTerminated = async (platform: Platform, component: Component): EffectCheck =>
  component.instance !== null && (await platform.instance(component)) === component.instance
    ? 'still_runs'
    : null;

/** For a fault whose process stays down until the rollback. */
export const findDown = async (platform: Platform, component: Component): EffectCheck =>
  (await platform.instance(component)) === null ? null : 'runs';

/** For a fault that stops a process without terminating it. */
export const findStopped = async (platform: Platform, component: Component): EffectCheck => {
  if (await platform.isStopped(component)) return null;
  return (await platform.instance(component)) === null ? 'does_not_run' : 'runs';
};

/** For a fault that is an event, after which nothing is left that could vanish: a signal, deleted keys. */
export const nothingToFind = async (): EffectCheck => null;
