import type { ParticipantPlan } from '../plan.ts';
import {
  addLoads,
  EMPTY_LOAD,
  type Load,
  loadPerProfile,
  type ParticipantProfile,
} from './room-load.ts';

/** A time in which no participant joins or leaves a room. */
export interface RoomInterval {
  fromMs: number;
  toMs: number;
  /** Of all participants in the room. */
  load: Load;
  /** Of one participant of each profile; by group and role. */
  members: ReadonlyMap<string, Load>;
}

export const profileOf = ({ group, role }: Pick<ParticipantPlan, 'group' | 'role'>): string =>
  `${group}/${role}`;

interface Composition {
  load: Load;
  members: ReadonlyMap<string, Load>;
}

/** Computes the load of rooms over time. Rooms that are alike are computed once. */
export interface RoomTimelineBuilder {
  /** @param members of one room, in any order */
  of(members: readonly ParticipantPlan[]): RoomInterval[];
}

export const createRoomTimelineBuilder = (): RoomTimelineBuilder => {
  const profiles = new Map<string, ParticipantProfile>();
  const known = new Map<string, Composition>();
  const compose = (present: ReadonlyMap<string, number>): Composition => {
    const key = [...present].map(([name, count]) => `${name} ${count}`).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const names = [...present.keys()];
    const counts = [...present.values()];
    const loads = loadPerProfile(
      names.flatMap((name) => profiles.get(name) ?? []),
      counts,
    );
    const composition = {
      load: loads.reduce((sum, load, index) => addLoads(sum, load, counts[index]), EMPTY_LOAD),
      members: new Map(names.map((name, index) => [name, loads[index] ?? EMPTY_LOAD])),
    };
    known.set(key, composition);
    return composition;
  };

  return {
    of: (members) => {
      const present = new Map<string, number>();
      const changes: { atMs: number; profile: string; by: number }[] = [];
      for (const member of members) {
        const profile = profileOf(member);
        if (!profiles.has(profile)) profiles.set(profile, member);
        present.set(profile, 0);
        changes.push(
          { atMs: member.joinAtMs, profile, by: 1 },
          { atMs: member.leaveAtMs, profile, by: -1 },
        );
      }
      changes.sort((a, b) => a.atMs - b.atMs);
      return changes.flatMap(({ atMs, profile, by }, index): RoomInterval[] => {
        present.set(profile, (present.get(profile) ?? 0) + by);
        const toMs = changes[index + 1]?.atMs ?? atMs;
        return toMs > atMs ? [{ fromMs: atMs, toMs, ...compose(present) }] : [];
      });
    },
  };
};
