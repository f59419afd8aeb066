import { publicationTimes } from '../actions/publication-times.ts';
import type { ParticipantPlan } from '../plan.ts';
import { maySubscribe, visibleTracks } from '../role-keys/grants.ts';
import { audibleTracks, visibleVideos } from '../role-keys/layout.ts';
import type { GroupSpec } from '../scenario.ts';
import type { Kind } from '../track-plan.ts';
import { overlapMs } from './extent.ts';
import { partitionPoint } from './partition-point.ts';

/** Difference of times that counts as rounding, ms: times are sums of fractions. */
const ROUNDING_MS = 0.01;

type Member = Pick<
  ParticipantPlan,
  'joinAtMs' | 'leaveAtMs' | 'publish' | 'subscribe' | 'layout' | 'grants' | 'actions'
>;

/**
 * Number of tracks that each participant must have received when it leaves, in the order of
 * `members`. Groups that name the same room share it.
 * @param groups groups of the scenario, which decide how long an overlap must be
 */
export const expectedTracksByRoom = <Of extends Member & Pick<ParticipantPlan, 'group'>>(
  members: readonly Of[],
  groups: readonly GroupSpec[],
  roomOf: (member: Of) => string,
): { audio: number; video: number }[] => {
  const required = new Map(groups.map((group) => [group.name, overlapMs(group)]));
  const expected = members.map(() => ({ audio: 0, video: 0 }));
  const byRoom = Map.groupBy(members.entries(), ([, member]) => roomOf(member));
  for (const entries of byRoom.values()) {
    const present = entries.map(([, member]) => member);
    const names = new Set(present.map(({ group }) => group));
    const requiredMs = Math.max(...[...names].map((name) => required.get(name) ?? 0));
    for (const [position, tracks] of expectedTracks(present, requiredMs).entries()) {
      const [index = 0] = entries[position] ?? [];
      expected[index] = tracks;
    }
  }
  return expected;
};

/**
 * Check whether a participant's publications change during its stay. Few do, so they are counted
 * one by one.
 */
const isChanging = ({ actions = [] }: Member): boolean => actions.length > 0;

/**
 * Number of tracks that each participant of a room must have received when it leaves: tracks of
 * participants with which it overlaps for `overlapMs`, within its layout. In the order of
 * `members`; O(n log n).
 */
export const expectedTracks = (
  members: readonly Member[],
  overlapMs: number,
): { audio: number; video: number }[] => {
  const enough = overlapMs - ROUNDING_MS;
  const audio = overlappingTracks(members, 'audio', enough);
  const video = overlappingTracks(members, 'video', enough);
  const changing = members.flatMap((member, owner) =>
    isChanging(member) && member.grants.hidden !== true
      ? publicationTimes(member).map((publication) => ({ owner, ...publication }))
      : [],
  );
  const changed = (me: Member, index: number, kind: Kind): number =>
    changing.filter(
      ({ owner, kind: published, times }) =>
        owner !== index &&
        published === kind &&
        times.some(
          ({ fromMs, toMs }) =>
            Math.min(toMs, me.leaveAtMs) - Math.max(fromMs, me.joinAtMs) >= enough,
        ),
    ).length;
  return members.map((member, index) => {
    if (!maySubscribe(member)) return { audio: 0, video: 0 };
    return {
      audio: audibleTracks(member.layout, audio(member, index) + changed(member, index, 'audio')),
      video: visibleVideos(member.layout, video(member, index) + changed(member, index, 'video')),
    };
  });
};

/**
 * Function that counts the tracks of a kind that overlap with a session. Two sessions that are long
 * enough overlap long enough unless one begins too late or ends too early for the other. No session
 * does both, so tracks are counted by looking up times in sorted lists: sessions that began in
 * time, minus those that had ended.
 */
const overlappingTracks = (
  members: readonly Member[],
  kind: Kind,
  enough: number,
): ((me: Member, index: number) => number) => {
  const tracks = members.map((member) =>
    isChanging(member) ? 0 : visibleTracks(member).filter((track) => track.kind === kind).length,
  );
  const isLongEnough = (member: Member): boolean => member.leaveAtMs - member.joinAtMs >= enough;
  const senders = members.flatMap((member, index) => {
    const count = tracks[index] ?? 0;
    return count > 0 && isLongEnough(member) ? [{ member, count }] : [];
  });
  if (senders.length === 0) return () => 0;
  const joined = runningSum(senders.map(({ member, count }) => ({ atMs: member.joinAtMs, count })));
  const left = runningSum(senders.map(({ member, count }) => ({ atMs: member.leaveAtMs, count })));
  return (me, index) => {
    if (!isLongEnough(me)) return 0;
    return (
      joined(me.leaveAtMs - enough, true) - left(me.joinAtMs + enough, false) - (tracks[index] ?? 0)
    );
  };
};

/**
 * @returns function for the sum of the counts before a time, `including` those at that time or not
 */
const runningSum = (
  entries: { atMs: number; count: number }[],
): ((atMs: number, including: boolean) => number) => {
  const sorted = entries.sort((a, b) => a.atMs - b.atMs);
  const sums = [0];
  for (const { count } of sorted) sums.push((sums.at(-1) ?? 0) + count);
  return (atMs, including) => {
    const before = partitionPoint(sorted.length, (index) => {
      const there = sorted[index]?.atMs ?? Number.POSITIVE_INFINITY;
      return there < atMs || (including && there === atMs);
    });
    return sums[before] ?? 0;
  };
};
