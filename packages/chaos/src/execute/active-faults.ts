import type { Drill, DrillFault } from '../drill/drill.ts';
import { endsProgram, exclude } from '../drill/exclude.ts';
import { hitFor } from '../drill/length-of.ts';
import type { Fault } from '../faults/fault.ts';
import type { Member } from '../targets/target.ts';
import { type Aimed, resolveAim } from './resolve-target.ts';
import type { Attendance } from './steady-state.ts';

/** What a fault is about to be done to, and what keeps it from being. */
export interface AimedFault extends Aimed {
  /** Null: nothing, as far as this tells. */
  why: string | null;
}

/** What is hit at the same time, by the drill's own schedule: a part by its name, whichever aim has found it. */
export interface Hits {
  /** Finds what a fault is aimed at now, and keeps it in mind until its time is over. @throws SwarmError `no-member`, `blast-radius` */
  aim(
    due: DrillFault,
    fault: Fault,
    all: readonly Member[],
    attendance: Pick<Attendance, 'nodes' | 'backends'>,
  ): AimedFault;
}

interface Hit {
  name: string;
  ends: boolean;
  members: readonly Member[];
  /** As `atMs` of faults. */
  untilMs: number;
}

export const createHits = (drill: Pick<Drill, 'seed' | 'blastRadius'>): Hits => {
  const hits: Hit[] = [];
  return {
    aim: (due, fault, all, attendance) => {
      const now = hits.filter(({ untilMs }) => untilMs > due.atMs);
      const aimed = resolveAim(
        due.aim,
        all,
        attendance,
        drill,
        now.flatMap(({ members }) => members),
      );
      const late = { name: fault.name, ends: endsProgram(fault) };
      const why = whyNot(fault, aimed.members) ?? whyNotTogether(late, aimed.members, now);
      if (why === null)
        hits.push({
          ...late,
          members: aimed.members,
          untilMs: due.atMs + hitFor(due.durationMs, fault),
        });
      return { ...aimed, why };
    },
  };
};

/** What somebody is called tells a file nothing of what it is. */
const whyNot = ({ on }: Fault, members: readonly Member[]): string | null => {
  const other = members.find(({ kind }) => !on.includes(kind));
  return other === undefined
    ? null
    : `it cannot be done to ${other.name} (${other.kind}), only to ${on.join(', ')}`;
};

const whyNotTogether = (
  late: Pick<Hit, 'name' | 'ends'>,
  members: readonly Member[],
  now: readonly Hit[],
): string | null => {
  for (const early of now.filter((one) => exclude(one, late))) {
    const both = members.find(({ name }) => early.members.some((member) => member.name === name));
    if (both !== undefined)
      return `it was aimed at ${both.name} while ${early.name} was still on: one part cannot have both`;
  }
  return null;
};
