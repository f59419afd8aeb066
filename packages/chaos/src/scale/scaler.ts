import type { ScaleRule, ScalerFile } from './scaler-file.ts';

/** Knowledge of a scaler when it decides. */
interface Observation {
  /** ms after the start of the run. */
  at: number;
  /** Load of all nodes, in the unit of the metric. */
  load: number;
  /** Most load of the timetable until the time that it looks ahead; null: it does not. */
  planned: number | null;
  /** Nodes that it wants until now. */
  wanted: number;
}

export interface ScaleDecision {
  to: number;
  /** Reason for more nodes than the present load needs. */
  why: 'load' | 'timetable';
}

/** Nodes that a load needs. */
export const nodesFor = (
  load: number,
  { target }: Pick<ScaleRule, 'target'>,
  { min, max }: Pick<ScalerFile['nodes'], 'min' | 'max'>,
): number => Math.min(max, Math.max(min, Math.ceil(load / target)));

/**
 * Reference scaler. As a HorizontalPodAutoscaler, it wants as many nodes as bring the mean load to
 * the target, and tolerates a deviation. It adds as many as are missing, and removes one at a time.
 */
export const createScaler = (
  rule: Pick<ScaleRule, 'target' | 'tolerance' | 'coolDown'>,
  limits: Pick<ScalerFile['nodes'], 'min' | 'max'>,
) => {
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    /** @returns null: the number of nodes stays */
    decide: ({ at, load, planned, wanted }: Observation): ScaleDecision | null => {
      const most = Math.max(load, planned ?? 0);
      const full = wanted * rule.target;
      if (Math.abs(most - full) <= rule.tolerance * full) return null;
      const needed = nodesFor(most, rule, limits);
      const since = at - lastAt;
      if (needed > wanted && since >= rule.coolDown.up) {
        lastAt = at;
        return { to: needed, why: nodesFor(load, rule, limits) >= needed ? 'load' : 'timetable' };
      }
      if (needed < wanted && since >= rule.coolDown.down) {
        lastAt = at;
        return { to: wanted - 1, why: 'load' };
      }
      return null;
    },
  };
};
