import type { HostAssessment, HostCapacity } from '@livekit-swarm/runner';
import type { Level, Plan, PlanLoad } from '@livekit-swarm/scenario';

/** Everything that is known about a plan. */
export interface PlanView {
  plan: Plan;
  load: PlanLoad;
  machine: HostCapacity;
  assessment: HostAssessment;
}

/** A part of the run and the most there is in it. */
export interface PlannedStretch {
  name: string;
  group: string | null;
  fromMs: number;
  toMs: number;
  most: Level;
}

/**
 * The parts of a run that are worth a row: its stages and what its timeline names; where there are none, joining and the steady time after it. Last the
 * whole.
 */
export const stretchesOf = ({ plan, load }: Pick<PlanView, 'plan' | 'load'>): PlannedStretch[] => {
  const named = plan.windows.filter(({ source }) => source !== 'builtin');
  const rows = named.length > 0 ? named : plan.windows.filter(({ fromMs, toMs }) => toMs > fromMs);
  const stretches = rows.map(({ name, group, fromMs, toMs }) => ({
    name,
    group: group ?? null,
    fromMs,
    toMs,
    most: load.most(fromMs, toMs),
  }));
  return [
    ...stretches,
    {
      name: 'whole run',
      group: null,
      fromMs: 0,
      toMs: plan.endAtMs,
      most: load.most(0, plan.endAtMs),
    },
  ];
};

/** The run in equal intervals, and the maximum of each. */
export const curveOf = (
  { plan, load }: Pick<PlanView, 'plan' | 'load'>,
  parts: number,
): { atMs: number; most: Level }[] =>
  Array.from({ length: parts }, (_, part) => {
    const [fromMs, toMs] = [(plan.endAtMs * part) / parts, (plan.endAtMs * (part + 1)) / parts];
    return { atMs: fromMs, most: load.most(fromMs, toMs) };
  });

/** Rooms that are opened in all. */
export const roomsOf = ({ participants }: Pick<Plan, 'participants'>): number =>
  new Set(participants.map(({ room }) => room)).size;
