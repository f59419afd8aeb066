import { maySubscribe, visibleTracks } from '../grants.ts';
import { audiosHeard, videosShown } from '../layout.ts';
import type { ParticipantPlan } from '../plan.ts';
import type { Kind } from '../role-spec.ts';

/** Times are sums of fractions: what falls short by less than this is rounding. */
const ROUNDING_MS = 0.01;

type Guest = Pick<
  ParticipantPlan,
  'joinAtMs' | 'leaveAtMs' | 'publish' | 'subscribe' | 'layout' | 'grants'
>;

/**
 * How many tracks of others each of those in one room must have received when they leave: of whom they are together with for `togetherMs`, within what
 * their layout shows. In the order of `guests`; O(n log n).
 */
export const expectedTracks = (
  guests: readonly Guest[],
  togetherMs: number,
): { audio: number; video: number }[] => {
  const enough = togetherMs - ROUNDING_MS;
  const audio = companionTracks(guests, 'audio', enough);
  const video = companionTracks(guests, 'video', enough);
  return guests.map((guest, index) => {
    if (!maySubscribe(guest)) return { audio: 0, video: 0 };
    return {
      audio: audiosHeard(guest.layout, audio(guest, index)),
      video: videosShown(guest.layout, video(guest, index)),
    };
  });
};

/**
 * Of those who stay long enough at all, two are together long enough when neither came too late for the other. Who came too late left is told by when they
 * came, and who left too early by when they left; nobody can have done both. So both are counted by looking up a time in a sorted list.
 */
const companionTracks = (
  guests: readonly Guest[],
  kind: Kind,
  enough: number,
): ((me: Guest, index: number) => number) => {
  const tracks = guests.map(
    (guest) => visibleTracks(guest).filter((track) => track.kind === kind).length,
  );
  const stays = (guest: Guest): boolean => guest.leaveAtMs - guest.joinAtMs >= enough;
  const senders = guests.flatMap((guest, index) => {
    const count = tracks[index] ?? 0;
    return count > 0 && stays(guest) ? [{ guest, count }] : [];
  });
  if (senders.length === 0) return () => 0;
  const joined = runningSum(senders.map(({ guest, count }) => ({ atMs: guest.joinAtMs, count })));
  const left = runningSum(senders.map(({ guest, count }) => ({ atMs: guest.leaveAtMs, count })));
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
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = sorted[middle]?.atMs ?? Number.POSITIVE_INFINITY;
      if (there < atMs || (including && there === atMs)) low = middle + 1;
      else high = middle;
    }
    return sums[low] ?? 0;
  };
};
