import { expandPlan } from '@livekit-swarm/scenario';
import { SwarmError } from '@livekit-swarm/settings';
import type { Drill, DrillFault } from '../drill/drill.ts';
import { type DrillTimes, drillTimes } from '../drill/drill-times.ts';
import { newcomersOf } from '../drill/join-probes.ts';
import { scenarioOfDrill } from '../drill/scenario-of-drill.ts';
import type { Faults } from '../drill/schema/fault.ts';
import { type AimedFault, createHits, type Hits } from '../execute/active-faults.ts';
import { sayAim } from '../execute/resolve-target.ts';
import type { Fault } from '../faults/fault.ts';
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
  /** As the fault's own schema read them. */
  params: unknown;
  /** In words. */
  aim: string;
  /** Parts that it may hit; which of several, only the crowd decides. */
  candidates: string[];
  /** Ms after the start of the run. */
  atMs: number;
  /** Null: when the drill is over. */
  healAtMs: number | null;
  /** Why it could not be injected into some of them; then the drill would tell nothing. */
  obstacles: string[];
}

/** Works out what a drill would do to a deployment as it is now, and whether it could; does nothing. */
export const previewDrill = async (
  drill: Drill,
  target: Target,
  faults: Faults,
): Promise<DrillPreview> => {
  const times = drillTimes(drill);
  const plan = expandPlan(scenarioOfDrill(drill), 'plan');
  const members = await target.members();
  const hits = createHits(drill);
  const planned: PlannedFault[] = [];
  for (const due of drill.faults)
    planned.push(await planFault(due, { hits, target, faults, members, times }));
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
  hits: Hits;
  target: Target;
  faults: Faults;
  members: readonly Member[];
  times: DrillTimes;
}

const planFault = async (
  due: DrillFault,
  { hits, target, faults, members, times }: Known,
): Promise<PlannedFault> => {
  const atMs = times.zeroMs + due.atMs;
  const planned = {
    fault: due.fault,
    params: due.params,
    aim: sayAim(due.aim),
    atMs,
    healAtMs: due.durationMs === null ? null : atMs + due.durationMs,
  };
  try {
    const fault = faults.get(due.fault);
    if (fault === undefined) throw new SwarmError('no_fault', `there is no fault "${due.fault}"`);
    const { members: candidates, why: unfit } = candidatesOf(due, fault, members, hits);
    const obstacles: string[] = unfit === null ? [] : [unfit];
    for (const member of unfit === null ? candidates : []) {
      const why = await fault.available(target, member, due.params);
      if (why !== null && !obstacles.includes(why)) obstacles.push(why);
    }
    return { ...planned, candidates: candidates.map(({ name }) => name), obstacles };
  } catch (error) {
    if (!(error instanceof SwarmError)) throw error;
    return { ...planned, candidates: [], obstacles: [error.message] };
  }
};

const NOBODY = { nodes: new Map<string, string>(), backends: new Map<string, string>() };

/** Where the crowd decides, all that it may decide for. */
const candidatesOf = (
  due: DrillFault,
  fault: Fault,
  members: readonly Member[],
  hits: Hits,
): Pick<AimedFault, 'members' | 'why'> => {
  const { aim } = due;
  const nodes = members.filter(({ kind }) => kind === 'node');
  const decided =
    aim.role !== 'room-node' && aim.role !== 'other-node' && aim.role !== 'signal-node';
  if (decided) return hits.aim(due, fault, members, NOBODY);
  if (nodes.length < (aim.role === 'other-node' ? 2 : 1)) {
    throw new SwarmError(
      'no_member',
      `${sayAim(aim)}: there is none among ${members.map(({ name }) => name).join(', ') || 'nothing'}`,
    );
  }
  return { members: nodes, why: null };
};
