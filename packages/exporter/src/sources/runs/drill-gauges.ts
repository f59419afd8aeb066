import { CHAOS_METRICS } from '@livekit-swarm/catalogue';
import type { SnapshotValue } from '@livekit-swarm/catalogue/registry';
import { asMetric, registerFamily } from '@livekit-swarm/catalogue/registry';
import {
  DRILL_OBJECTIVES,
  DRILL_VERDICTS,
  type DrillObjective,
  type DrillReception,
  type DrillVerdict,
} from '@livekit-swarm/record';
import type { Registry } from 'prom-client';

/** Result of a repeat of a drill. */
export interface DrillVerdictMetrics {
  verdict: DrillVerdict;
  /** Recovery times by quantile, seconds; null: nothing recovered. */
  recovery: ReadonlyMap<number, number> | null;
  /** Objectives with true if they were met. */
  objectives: ReadonlyMap<DrillObjective, boolean>;
}

/** Gauges of drills by name: media reception, and the result of the last repeat. */
export interface DrillGauges {
  /**
   * Show the media reception of a drill, in place of that of its previous repeat.
   * @param look called by every scrape from now on
   */
  watch(drill: string, look: () => DrillReception): void;
  setVerdict(drill: string, metrics: DrillVerdictMetrics): void;
}

const {
  livekit_swarm_chaos_participants,
  livekit_swarm_chaos_subscriptions,
  livekit_swarm_chaos_fault_active: _,
  ...OF_VERDICT
} = CHAOS_METRICS;
const SEEN = { livekit_swarm_chaos_participants, livekit_swarm_chaos_subscriptions };

export const createDrillGauges = (registry: Registry): DrillGauges => {
  const drills = new Map<string, () => DrillReception>();
  const register = (
    name: keyof typeof SEEN,
    counts: (reception: DrillReception) => Readonly<Record<string, number>>,
  ): void => {
    const valuesOf = ([drill, look]: [string, () => DrillReception]): SnapshotValue[] =>
      Object.entries(counts(look())).map(([state, value]) => ({ labels: { drill, state }, value }));
    const { help, type } = SEEN[name];
    registry.registerMetric(
      asMetric(name, async () => ({
        name,
        help,
        type,
        aggregator: 'omit',
        values: [...drills].flatMap(valuesOf),
      })),
    );
  };
  register('livekit_swarm_chaos_participants', ({ participants }) => participants);
  register('livekit_swarm_chaos_subscriptions', ({ subscriptions }) => subscriptions);
  const ofVerdict = registerFamily(registry, OF_VERDICT);

  return {
    watch: (drill, look) => void drills.set(drill, look),
    setVerdict: (drill, { verdict, recovery, objectives }) => {
      for (const one of DRILL_VERDICTS)
        ofVerdict.livekit_swarm_chaos_verdict.set({ drill, verdict: one }, one === verdict ? 1 : 0);
      // Values of the previous repeat must not remain.
      for (const objective of DRILL_OBJECTIVES) {
        const ok = objectives.get(objective);
        if (ok === undefined)
          ofVerdict.livekit_swarm_chaos_objective_met.remove({ drill, objective });
        else ofVerdict.livekit_swarm_chaos_objective_met.set({ drill, objective }, ok ? 1 : 0);
      }
      ofVerdict.livekit_swarm_chaos_time_to_recover_seconds.set({ drill }, recovery ?? new Map());
    },
  };
};
