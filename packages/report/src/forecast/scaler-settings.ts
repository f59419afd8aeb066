import type { NodeForecast } from '@livekit-swarm/chaos/scale';

/** Settings of an autoscaler that follow from a forecast. */
export interface ScalerSettings {
  /** Load of each node. */
  target: number;
  min: number;
  max: number;
  /** Time between two decisions, s. */
  every: number;
  /** Time for which a node stays that is not needed, s. */
  coolDown: number;
}

/** Rounding errors of a division. */
const ROUNDING = 1e-9;

/** Settings of an autoscaler: with the target that is never short, and one node that may be down. */
export const scalerSettings = ({
  rules,
  target,
  safeTarget,
  peak,
}: NodeForecast): ScalerSettings => {
  const best = safeTarget ?? target;
  return {
    target: Math.round(best * 100) / 100,
    min: rules.min,
    max: Math.max(rules.min, Math.ceil(peak.load / best - ROUNDING)) + 1,
    every: Math.round(rules.every / 1_000),
    coolDown: Math.round(rules.coolDown / 1_000),
  };
};
