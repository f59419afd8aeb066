import type { SessionEnd } from '../reality/own-facts.ts';
import type { PresenceEvent, TrackName, WebhookFact } from '../webhooks/webhook-fact.ts';

/** Subject of an event. */
export interface Subject {
  event: PresenceEvent;
  room: string;
  identity: string | null;
  track: TrackName | null;
}

export const subjectOf = ({ event, room, participant, track }: WebhookFact): Subject => ({
  ...{ event, room },
  identity: participant?.identity ?? null,
  track: track?.name ?? null,
});

/** A difference between the words of the platform and reality. Times are ms after the start of the run. */
export type Finding =
  /** It happened, and no webhook reported it. `atMs`: when it happened; null: not known exactly. */
  | ({ code: 'missed'; atMs: number | null } & Subject)
  /** One event arrived again, with the same id, as after a failed delivery. */
  | ({ code: 'delivered_again'; atMs: number; times: number } & Subject)
  /** A second event, with an id of its own, about what happened once. */
  | ({ code: 'repeated'; atMs: number } & Subject)
  /** An event about a session of an own participant that this participant never had. */
  | ({ code: 'unexpected'; atMs: number } & Subject)
  /** An event that arrived after one that follows from it, or is dated later than it. */
  | ({ code: 'out_of_order'; atMs: number; after: PresenceEvent; by: OrderClock } & Subject)
  /** The API did not list a participant that was connected, for `forMs` at least. */
  | {
      code: 'unlisted';
      identity: string;
      room: string;
      fromMs: number;
      forMs: number;
      isOver: boolean;
    }
  /** The API listed a participant that was gone, for `forMs` at least. */
  | {
      code: 'ghost';
      identity: string;
      room: string;
      end: SessionEnd;
      fromMs: number;
      forMs: number;
      isOver: boolean;
    };

/** `arrival`: by the order of deliveries; `creation`: by the times that events state; or both. */
export type OrderClock = 'arrival' | 'creation' | 'both';

/** Time of a finding, for its place among others. */
export const timeOf = (finding: Finding): number =>
  'fromMs' in finding ? finding.fromMs : (finding.atMs ?? Number.POSITIVE_INFINITY);
