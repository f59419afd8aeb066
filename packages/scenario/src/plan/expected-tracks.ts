import { publicationTimes } from '../actions/publication-times.ts';
import type { ParticipantPlan } from '../plan.ts';
import { maySubscribe, visibleTracks } from '../role-keys/grants.ts';
import { audibleTracks, visibleVideos } from '../role-keys/layout.ts';
import type { Kind } from '../track-plan.ts';
import { partitionPoint } from './partition-point.ts';

/** Times are sums of fractions: what falls short by less than this is rounding. */
const ROUNDING_MS = 0.01;

type Member = Pick<
  ParticipantPlan,
  'joinAtMs' | 'leaveAtMs' | 'publish' | 'subscribe' | 'layout' | 'grants' | 'actions'
>;

/** What it publishes changes during its stay: few do, so that they are counted one by one. */
const isChanging = ({ actions = [] }: Member): boolean => actions.length > 0;

/**
 * How many tracks each participant of a room must have received when it leaves: tracks of those with which it overlaps for `overlapMs`, within its layout.
 * In the order of `members`; O(n log n).
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
 * Two sessions that are long enough overlap long enough unless one begins too late or ends too early for the other. No session does both, so each is counted
 * by looking up a time in a sorted list: those that began in time, minus those that had ended.
 */
const overlappingTracks = (
  members: readonly Member[],
  kind: Kind,
  enough: number,
): ((me: Member, index: number) => number) => {
  const tracks = members.map((member) =>
    isChanging(member) ? 0 : visibleTracks(member).filter((track) => track.kind === kind).length,
  );
  const stays = (member: Member): boolean => member.leaveAtMs - member.joinAtMs >= enough;
  const senders = members.flatMap((member, index) => {
    const count = tracks[index] ?? 0;
    return count > 0 && stays(member) ? [{ member, count }] : [];
  });
  if (senders.length === 0) return () => 0;
  const joined = runningSum(senders.map(({ member, count }) => ({ atMs: member.joinAtMs, count })));
  const left = runningSum(senders.map(({ member, count }) => ({ atMs: member.leaveAtMs, count })));
  return (me, index) => {
    if (!stays(me)) return 0;
    return (
      joined(me.leaveAtMs - enough, true) - left(me.joinAtMs + enough, false) - (tracks[index] ?? 0)
    );
  };
};

/** @returns the sum of the counts before a time, `including` those at that time or not */
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
