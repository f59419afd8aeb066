import { sendingPhases } from '../actions/sending-phases.ts';
import type { ParticipantPlan } from '../plan.ts';
import {
  addLoads,
  EMPTY_LOAD,
  type Load,
  loadPerProfile,
  type ParticipantProfile,
} from './room-load.ts';

/** Interval in which no participant joins or leaves a room, or changes its sent tracks. */
export interface RoomInterval {
  fromMs: number;
  toMs: number;
  /** Load of all participants in the room. */
  load: Load;
  /** Load of one participant of each profile. */
  members: ReadonlyMap<string, Load>;
}

/** Part of a stay in which a participant sends and receives the same. */
interface Phase {
  /** Key of participants that behave alike. */
  profile: string;
  as: ParticipantProfile;
  fromMs: number;
  toMs: number;
}

/** Phases of a stay: only one for a participant without actions. */
export const phasesOf = (member: ParticipantPlan): Phase[] => {
  const { group, role, leaveAtMs } = member;
  const phases = sendingPhases(member);
  return phases.flatMap(({ fromMs, grants, tracks, isQuiet }, index): Phase[] => {
    const toMs = Math.min(phases[index + 1]?.fromMs ?? leaveAtMs, leaveAtMs);
    const as = { ...member, publish: tracks, grants, isQuiet };
    const state = member.actions === undefined ? '' : JSON.stringify([tracks, grants, isQuiet]);
    return toMs > fromMs ? [{ profile: `${group}/${role}${state}`, as, fromMs, toMs }] : [];
  });
};

interface Composition {
  load: Load;
  members: ReadonlyMap<string, Load>;
}

/** Builder of the load of rooms over time. Rooms of the same composition are computed once. */
export interface RoomTimelineBuilder {
  /** @param members participants of one room, in any order */
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
        for (const { profile, as, fromMs, toMs } of phasesOf(member)) {
          if (!profiles.has(profile)) profiles.set(profile, as);
          present.set(profile, 0);
          changes.push({ atMs: fromMs, profile, by: 1 }, { atMs: toMs, profile, by: -1 });
        }
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
