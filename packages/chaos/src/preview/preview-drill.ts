import { expandPlan } from '@livekit-swarm/core';
import { ChaosError } from '../chaos-error.ts';
import type { Aim, Drill, DrillFault } from '../drill/drill.ts';
import { type DrillTimes, drillTimes } from '../drill/drill-times.ts';
import { newcomersOf } from '../drill/newcomers-of.ts';
import { scenarioOfDrill } from '../drill/scenario-of-drill.ts';
import type { Faults } from '../drill/schema/fault.ts';
import { resolveAim, sayAim } from '../run/aim.ts';
import type { Member, Target } from '../targets/target.ts';
import { idleMembers } from './idle-members.ts';

/** What a drill would do; plain JSON. */
export interface DrillPreview {
  drill: Drill;
  /** Of the deployment, without secrets. */
  target: string;
  members: { name: string; kind: Member['kind'] }[];
  /** Of them, those that do not run. */
  idle: string[];
  people: { crowd: number; newcomers: number };
  times: DrillTimes;
  faults: PlannedFault[];
}

export interface PlannedFault {
  fault: string;
  /** In words. */
  aim: string;
  /** Parts that it may hit; which of several, only the crowd decides. */
  candidates: string[];
  /** Ms after the start of the run. */
  atMs: number;
  /** Null: when the drill is over. */
  healAtMs: number | null;
  /** Why it could not be injected into some of them; then the drill would be void. */
  obstacles: string[];
}

/** Works out what a drill would do to a deployment as it is now, and whether it could; does nothing. */
export const previewDrill = async (drill: Drill, target: Target, faults: Faults): Promise<DrillPreview> => {
  const times = drillTimes(drill);
  const plan = expandPlan(scenarioOfDrill(drill), 'plan');
  const members = await target.members();
  const planned: PlannedFault[] = [];
  for (const due of drill.faults) planned.push(await planFault(due, { drill, target, faults, members, times }));
  return {
    drill,
    target: target.label,
    members: members.map(({ name, kind }) => ({ name, kind })),
    idle: await idleMembers(target, members),
    people: { crowd: plan.participants.length, newcomers: newcomersOf(drill, plan).length },
    times,
    faults: planned,
  };
};

interface Known {
  drill: Drill;
  target: Target;
  faults: Faults;
  members: readonly Member[];
  times: DrillTimes;
}

const planFault = async (due: DrillFault, { drill, target, faults, members, times }: Known): Promise<PlannedFault> => {
  const atMs = times.zeroMs + due.atMs;
  const planned = {
    fault: due.fault,
    aim: sayAim(due.aim),
    atMs,
    healAtMs: due.durationMs === null ? null : atMs + due.durationMs,
  };
  try {
    const candidates = candidatesOf(due.aim, members, drill);
    const obstacles: string[] = [];
    for (const member of candidates) {
      const why = await faults.get(due.fault)?.available(target, member, due.params);
      if (why !== null && why !== undefined && !obstacles.includes(why)) obstacles.push(why);
    }
    return { ...planned, candidates: candidates.map(({ name }) => name), obstacles };
  } catch (error) {
    if (!(error instanceof ChaosError)) throw error;
    return { ...planned, candidates: [], obstacles: [error.message] };
  }
};

const NOBODY = { nodes: new Map<string, string>(), backends: new Map<string, string>() };

/** Where the crowd decides, all that it may decide for. */
const candidatesOf = (aim: Aim, members: readonly Member[], drill: Drill): Member[] => {
  const nodes = members.filter(({ kind }) => kind === 'node');
  const decided = aim.role !== 'room-node' && aim.role !== 'other-node' && aim.role !== 'signal-node';
  if (decided) return resolveAim(aim, members, NOBODY, drill).members;
  if (nodes.length < (aim.role === 'other-node' ? 2 : 1)) {
    throw new ChaosError(
      'no-member',
      `${sayAim(aim)}: there is none among ${members.map(({ name }) => name).join(', ') || 'nothing'}`,
    );
  }
  return nodes;
};
