import type { Fault } from '../faults/fault.ts';
import type { Drill, FaultTarget } from './drill.ts';
import { affectedMs, durationOfItem, injectionTimes } from './schedule.ts';
import type { FaultItem, Faults } from './schema/fault.ts';
import { defaultTarget } from './schema/target.ts';

/**
 * Two faults of a drill that cannot be active at the same time, or exceed the blast radius
 * together.
 */
export interface FaultConflict {
  /** Position in the file of the fault that is injected later. */
  position: number;
  message: string;
  hint: string;
}

/** One injection of a fault, ms after the steady state was reached. */
interface ScheduledFault {
  position: number;
  name: string;
  target: FaultTarget;
  fromMs: number;
  /** Time of its rollback. */
  toMs: number;
  /**
   * True when the fault terminates a process: the target may resolve to another component
   * afterwards.
   */
  terminates: boolean;
}

/** Faults that exclude each other or exceed the blast radius; at most one conflict per fault. */
export const findConflicts = (
  drill: Pick<Drill, 'seed' | 'lab' | 'blastRadius'>,
  items: readonly FaultItem[],
  faults: Faults,
): FaultConflict[] => {
  const scheduled = items
    .flatMap((item, position) => occurrencesOf(item, position, drill.seed, faults))
    .sort((a, b) => a.fromMs - b.fromMs || a.position - b.position);
  const found = new Map<number, FaultConflict>();
  for (const [index, late] of scheduled.entries()) {
    const early = scheduled.slice(0, index).filter(({ toMs }) => toMs > late.fromMs);
    const conflict = early.find((one) => excludes(one, late));
    const problem =
      conflict === undefined ? tooMuch([...early, late], drill) : exclusion(conflict, late);
    if (problem !== null && !found.has(late.position))
      found.set(late.position, { position: late.position, ...problem });
  }
  return [...found.values()];
};

const occurrencesOf = (
  item: FaultItem,
  position: number,
  seed: number,
  faults: Faults,
): ScheduledFault[] => {
  const fault = faults.get(item.fault);
  const target = item.target ?? (fault === undefined ? null : defaultTarget(fault));
  if (fault === undefined || target === null) return [];
  const terminates = terminatesProcess(fault);
  const lastsMs = durationOfItem(item, fault);
  const lengthMs = affectedMs(lastsMs, fault);
  return injectionTimes(item, lastsMs, seed, position).map((fromMs) => ({
    position,
    name: item.fault,
    target,
    fromMs,
    toMs: fromMs + lengthMs,
    terminates,
  }));
};

/** Returns true when the targets may resolve to the same component. */
const sameTarget = (a: FaultTarget, b: FaultTarget): boolean =>
  a.role === b.role && (a.role !== 'component' || b.role !== 'component' || a.name === b.name);

const FOLLOWS_ROOMS: ReadonlySet<FaultTarget['role']> = new Set([
  'room-node',
  'other-node',
  'signal-node',
]);

const movesOn = (early: ScheduledFault): boolean =>
  early.terminates &&
  (FOLLOWS_ROOMS.has(early.target.role) || early.target.role === 'agent-worker');

const excludes = (early: ScheduledFault, late: ScheduledFault): boolean => {
  if (early.target.role === 'none' || !sameTarget(early.target, late.target) || movesOn(early))
    return false;
  return !canOverlap(early, late);
};

const exclusion = (
  early: ScheduledFault,
  late: ScheduledFault,
): Omit<FaultConflict, 'position'> => ({
  message:
    early.name === late.name
      ? `${late.name} is injected again before its rollback`
      : `${late.name} is injected while ${early.name} is active, and one component cannot have both`,
  hint:
    early.toMs === Number.POSITIVE_INFINITY
      ? `give ${early.name} a duration (for: 10s), or another target`
      : 'inject it later (at), or give it another target',
});

const tooMuch = (
  on: readonly ScheduledFault[],
  { lab, blastRadius }: Pick<Drill, 'lab' | 'blastRadius'>,
): Omit<FaultConflict, 'position'> | null => {
  const workers = lab.agentWorkers?.count ?? 0;
  const sizeOf = ({ target }: ScheduledFault): number =>
    target.role === 'nodes' || target.role === 'agent-workers'
      ? Math.max(1, Math.round(target.share * (target.role === 'nodes' ? lab.nodes : workers)))
      : 1;
  const affected: ScheduledFault[] = [];
  for (const fault of on) {
    if (fault.target.role === 'none') continue;
    const same = affected.findIndex((one) => sameTarget(one.target, fault.target) && !movesOn(one));
    const known = affected[same];
    if (known === undefined) affected.push(fault);
    // The seed is the same, so the smaller share is part of the larger.
    else if (sizeOf(fault) > sizeOf(known)) affected[same] = fault;
  }
  const count = (some: readonly ScheduledFault[]): number =>
    some.reduce((total, fault) => total + sizeOf(fault), 0);
  const atNodes = affected.filter(({ target }) => isAtNodes(target));
  const nodes = Math.min(count(atNodes), lab.nodes);
  const components = nodes + count(affected.filter((part) => !atNodes.includes(part)));
  if (components > blastRadius.maxComponents) {
    return {
      message: `up to ${components} components would be affected at the same time`,
      hint: `blastRadius allows ${blastRadius.maxComponents}: shorten the faults (for), or write blastRadius: { components: ${components} }`,
    };
  }
  if (nodes > Math.max(1, blastRadius.maxShare * lab.nodes)) {
    const share = Math.ceil((100 * nodes) / lab.nodes);
    return {
      message: `${nodes} of ${lab.nodes} nodes would be affected at the same time`,
      hint: `blastRadius allows ${Math.round(100 * blastRadius.maxShare)}%: write blastRadius: { components: ${blastRadius.maxComponents}, share: ${share}% } to allow it`,
    };
  }
  return null;
};

/** Returns true for a target that resolves to nodes; nodes of a lab have known names. */
const isAtNodes = (target: FaultTarget): boolean =>
  target.role === 'nodes' ||
  FOLLOWS_ROOMS.has(target.role) ||
  (target.role === 'component' && /^node-\d+$/.test(target.name));

/** Name of the only lasting fault that leaves no process running. */
const REDIS_KILL = 'redis-kill';
/** Faults of a process, which end with it: a new process has none of them. */
const OF_PROCESS: ReadonlySet<string> = new Set(['hang', 'cpu-pressure', 'memory-pressure']);
/** Fault that lasts, and whose process ends in the middle. */
const DRAIN = 'drain';
/** Faults that drain a node and start another process, which terminate nothing for good. */
const REPLACES: ReadonlySet<string> = new Set([
  DRAIN,
  'upgrade',
  'change-config',
  'rollout',
  'change-keys',
]);

/** Changes after which the process of the target runs. */
const CHANGES: ReadonlySet<string> = new Set([
  'upgrade',
  'change-config',
  'rollout',
  'add-node',
  'change-keys',
  'load-balancer-reload',
  'renew-certificate',
]);

/** Returns true for a change that operators make, as written in a drill. */
export const isChange = ({ name }: Pick<Fault, 'name'>): boolean => CHANGES.has(name);

/** Returns true when no process of the target runs until the rollback. */
export const terminatesProcess = ({ name, lasts }: Pick<Fault, 'name' | 'lasts'>): boolean =>
  (!lasts && !CHANGES.has(name)) || name === REDIS_KILL;

/**
 * Returns true when two faults may overlap: a terminated process cannot be affected, and no fault
 * is injected twice.
 */
export const canOverlap = (
  first: { name: string; terminates: boolean },
  second: { name: string; terminates: boolean },
): boolean =>
  !first.terminates &&
  first.name !== second.name &&
  !(OF_PROCESS.has(first.name) && (second.terminates || REPLACES.has(second.name))) &&
  !(OF_PROCESS.has(second.name) && first.name === DRAIN);
