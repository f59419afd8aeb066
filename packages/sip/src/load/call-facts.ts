import type { MediaFacts } from '../media/media-leg.ts';
import type { RoomFacts } from '../room/room-facts.ts';
import type { CallSignalling } from '../signalling/call-signalling.ts';

/** Everything that is known about one call. */
export interface CallFacts {
  /** Number of the call, from 1. */
  number: number;
  to: string;
  from: string;
  signalling: CallSignalling;
  /** Null: the call was not answered, or its media may be mixed with that of another call. */
  media: MediaFacts | null;
  /** Participant of the call; null: not asked for, or not found. */
  room: RoomFacts | null;
}

/** Time that an answered call must last before its media is judged, ms. */
export const JUDGED_AFTER_MS = 2_000;

/** Time from the answer to the end of a call, ms; null: it was not answered, or not over. */
export const talkTimeOf = ({ answeredAtMs, byeAtMs }: CallSignalling): number | null =>
  answeredAtMs === null || byeAtMs === null ? null : byeAtMs - answeredAtMs;

/** Outcome of a call: its final status; `no_answer`: none, in time or at all. */
export const outcomeOf = ({ signalling: { status, cancelledAtMs } }: CallFacts): string =>
  status === null || (cancelledAtMs !== null && status >= 300) ? 'no_answer' : `${status}`;
