import type { Aim, Drill } from './drill.ts';
import { endsProgram, exclude } from './exclude.ts';
import { hitFor, lengthOf } from './length-of.ts';
import { beginningsOf } from './schedule.ts';
import { usualAim } from './schema/check-target.ts';
import type { FaultItem, Faults } from './schema/fault.ts';

/** Two faults that cannot be on at the same time, or are too much together. */
export interface Overlap {
  /** In the file: of the one that begins later. */
  position: number;
  message: string;
  hint: string;
}

/** One time that a fault of the file happens. Ms after the crowd is steady. */
interface Stretch {
  position: number;
  name: string;
  aim: Aim;
  fromMs: number;
  /** Healed. */
  toMs: number;
  /** It ends a program: what the aim means may be another part from then on. */
  ends: boolean;
}

/** What would be done to one part at once and cannot be, and what is more at once than the drill allows; one problem for each fault of the file. */
export const overlapsOf = (
  drill: Pick<Drill, 'seed' | 'lab' | 'blastRadius'>,
  items: readonly FaultItem[],
  faults: Faults,
): Overlap[] => {
  const stretches = items
    .flatMap((item, position) => stretchesOf(item, position, drill.seed, faults))
    .sort((a, b) => a.fromMs - b.fromMs || a.position - b.position);
  const found = new Map<number, Overlap>();
  for (const [index, late] of stretches.entries()) {
    const early = stretches.slice(0, index).filter(({ toMs }) => toMs > late.fromMs);
    const clash = early.find((one) => clashes(one, late));
    const problem = clash === undefined ? tooMuch([...early, late], drill) : together(clash, late);
    if (problem !== null && !found.has(late.position))
      found.set(late.position, { position: late.position, ...problem });
  }
  return [...found.values()];
};

const stretchesOf = (
  item: FaultItem,
  position: number,
  seed: number,
  faults: Faults,
): Stretch[] => {
  const fault = faults.get(item.fault);
  const aim = item.aim ?? (fault === undefined ? null : usualAim(fault));
  if (fault === undefined || aim === null) return [];
  const ends = endsProgram(fault);
  const lastsMs = lengthOf(item, fault);
  const lengthMs = hitFor(lastsMs, fault);
  return beginningsOf(item, lastsMs, seed, position).map((fromMs) => ({
    position,
    name: item.fault,
    aim,
    fromMs,
    toMs: fromMs + lengthMs,
    ends,
  }));
};

/** Whether the aims may mean the same part; those that follow the rooms mean another as soon as that has ended. */
const sameAim = (a: Aim, b: Aim): boolean =>
  a.role === b.role && (a.role !== 'member' || b.role !== 'member' || a.name === b.name);

const FOLLOWS_ROOMS: ReadonlySet<Aim['role']> = new Set(['room-node', 'other-node', 'signal-node']);

const moved = (early: Stretch): boolean => early.ends && FOLLOWS_ROOMS.has(early.aim.role);

const clashes = (early: Stretch, late: Stretch): boolean => {
  if (early.aim.role === 'none' || !sameAim(early.aim, late.aim) || moved(early)) return false;
  return exclude(early, late);
};

const together = (early: Stretch, late: Stretch): Omit<Overlap, 'position'> => ({
  message:
    early.name === late.name
      ? `${late.name} begins again before it is healed`
      : `${late.name} begins while ${early.name} is still on, and one part cannot have both`,
  hint:
    early.toMs === Number.POSITIVE_INFINITY
      ? `give ${early.name} an end (for: 10s), or another aim`
      : 'let it begin later (at), or give it another aim',
});

const tooMuch = (
  on: readonly Stretch[],
  { lab, blastRadius }: Pick<Drill, 'lab' | 'blastRadius'>,
): Omit<Overlap, 'position'> | null => {
  const sizeOf = ({ aim }: Stretch): number =>
    aim.role === 'nodes' ? Math.max(1, Math.round(aim.share * lab.nodes)) : 1;
  const parts: Stretch[] = [];
  for (const stretch of on) {
    if (stretch.aim.role === 'none') continue;
    const same = parts.findIndex((one) => sameAim(one.aim, stretch.aim) && !moved(one));
    const known = parts[same];
    if (known === undefined) parts.push(stretch);
    // The seed is the same, so the smaller share is part of the larger.
    else if (sizeOf(stretch) > sizeOf(known)) parts[same] = stretch;
  }
  const count = (some: readonly Stretch[]): number =>
    some.reduce((total, stretch) => total + sizeOf(stretch), 0);
  const atNodes = parts.filter(({ aim }) => isAtNodes(aim));
  const nodes = Math.min(count(atNodes), lab.nodes);
  const members = nodes + count(parts.filter((part) => !atNodes.includes(part)));
  if (members > blastRadius.maxMembers) {
    return {
      message: `up to ${members} parts would be hit at the same time`,
      hint: `blastRadius allows ${blastRadius.maxMembers}: heal earlier (for), or write blastRadius: { members: ${members} }`,
    };
  }
  if (nodes > Math.max(1, blastRadius.maxShare * lab.nodes)) {
    const share = Math.ceil((100 * nodes) / lab.nodes);
    return {
      message: `${nodes} of ${lab.nodes} nodes would be hit at the same time`,
      hint: `blastRadius allows ${Math.round(100 * blastRadius.maxShare)}%: write blastRadius: { members: ${blastRadius.maxMembers}, share: ${share}% } if that is meant`,
    };
  }
  return null;
};

/** Whether it means nodes; those of a lab have names that tell. */
const isAtNodes = (aim: Aim): boolean =>
  aim.role === 'nodes' ||
  FOLLOWS_ROOMS.has(aim.role) ||
  (aim.role === 'member' && /^node-\d+$/.test(aim.name));
