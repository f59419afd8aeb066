import type { StageStretch } from './executor.ts';
import type { Stage } from './executor-spec.ts';

/** When each stage begins and ends. One without a duration is a jump, and no part of the time. */
export const stretchesOf = (stages: readonly Stage[]): StageStretch[] => {
  let fromMs = 0;
  return stages.flatMap(({ name, durationMs }) => {
    const stretch = { name, fromMs, toMs: fromMs + durationMs };
    fromMs = stretch.toMs;
    return durationMs > 0 ? [stretch] : [];
  });
};
