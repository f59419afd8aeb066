import type { RunPrice } from '@livekit-swarm/cost';
import type { PlannedHost } from '@livekit-swarm/runner';
import type { Level, Plan, PlanLoad } from '@livekit-swarm/scenario';

/** A plan with its load and what it needs of this host. */
export interface PlanView extends PlannedHost {
  plan: Plan;
  load: PlanLoad;
  /** Price of one run on LiveKit Cloud; null: the price book has none. */
  cloudPrice: RunPrice | null;
}

/** A part of the run and its maximum load. */
export interface PlannedPart {
  name: string;
  group: string | null;
  fromMs: number;
  toMs: number;
  most: Level;
}

/** The rows of a plan: stages and named windows, or else joining and steady; then the whole run. */
export const plannedParts = ({ plan, load }: Pick<PlanView, 'plan' | 'load'>): PlannedPart[] => {
  const named = plan.windows.filter(({ source }) => source !== 'builtin');
  const rows = named.length > 0 ? named : plan.windows.filter(({ fromMs, toMs }) => toMs > fromMs);
  const parts = rows.map(({ name, group, fromMs, toMs }) => ({
    name,
    group: group ?? null,
    fromMs,
    toMs,
    most: load.most(fromMs, toMs),
  }));
  return [
    ...parts,
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

/** The number of rooms in total. */
export const roomsOf = ({ participants }: Pick<Plan, 'participants'>): number =>
  new Set(participants.map(({ room }) => room)).size;

/** When a participant speaks, where participants take turns; ms after the start. */
export interface PlannedTurn {
  room: string;
  identity: string;
  fromMs: number;
  toMs: number;
}

/** Room by room, in the order of time. */
export const turnsOf = ({ participants }: Pick<Plan, 'participants'>): PlannedTurn[] => {
  const turns = participants.flatMap(({ room, identity, leaveAtMs, actions = [] }) => {
    const steps = actions.filter(({ do: step }) => step === 'speak' || step === 'listen');
    return steps.flatMap(({ do: step, atMs: fromMs }, index): PlannedTurn[] =>
      step === 'speak'
        ? [{ room, identity, fromMs, toMs: steps[index + 1]?.atMs ?? leaveAtMs }]
        : [],
    );
  });
  const rooms = Map.groupBy(turns, ({ room }) => room).values();
  return [...rooms].flatMap((of) => of.sort((a, b) => a.fromMs - b.fromMs));
};
