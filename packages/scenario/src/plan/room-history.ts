import type { ParticipantPlan } from '../plan.ts';
import { addLoads, type Kin, type Load, memberLoads, NOBODY } from './room-load.ts';

/** A time in which nobody comes to a room or leaves it. */
export interface Stretch {
  fromMs: number;
  toMs: number;
  /** Of everybody in the room. */
  load: Load;
  /** Of one of each kin; by group and role. */
  members: ReadonlyMap<string, Load>;
}

export const kinOf = ({ group, role }: Pick<ParticipantPlan, 'group' | 'role'>): string =>
  `${group}/${role}`;

interface Composition {
  load: Load;
  members: ReadonlyMap<string, Load>;
}

/** Tells what goes on in rooms over time. Rooms that are alike are only reckoned once. */
export interface Historian {
  /** @param members of one room, in any order */
  of(members: readonly ParticipantPlan[]): Stretch[];
}

export const createHistorian = (): Historian => {
  const kins = new Map<string, Kin>();
  const known = new Map<string, Composition>();
  const compose = (present: ReadonlyMap<string, number>): Composition => {
    const key = [...present].map(([name, count]) => `${name} ${count}`).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const names = [...present.keys()];
    const counts = [...present.values()];
    const loads = memberLoads(
      names.flatMap((name) => kins.get(name) ?? []),
      counts,
    );
    const composition = {
      load: loads.reduce((sum, load, index) => addLoads(sum, load, counts[index]), NOBODY),
      members: new Map(names.map((name, index) => [name, loads[index] ?? NOBODY])),
    };
    known.set(key, composition);
    return composition;
  };

  return {
    of: (members) => {
      const present = new Map<string, number>();
      const changes: { atMs: number; kin: string; by: number }[] = [];
      for (const member of members) {
        const kin = kinOf(member);
        if (!kins.has(kin)) kins.set(kin, member);
        present.set(kin, 0);
        changes.push(
          { atMs: member.joinAtMs, kin, by: 1 },
          { atMs: member.leaveAtMs, kin, by: -1 },
        );
      }
      changes.sort((a, b) => a.atMs - b.atMs);
      return changes.flatMap(({ atMs, kin, by }, index): Stretch[] => {
        present.set(kin, (present.get(kin) ?? 0) + by);
        const toMs = changes[index + 1]?.atMs ?? atMs;
        return toMs > atMs ? [{ fromMs: atMs, toMs, ...compose(present) }] : [];
      });
    },
  };
};
