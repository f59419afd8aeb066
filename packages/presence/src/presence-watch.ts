import type { MetricReader } from '@livekit-swarm/metrics';
import type { RecordLine } from '@livekit-swarm/record';
import type { Plan } from '@livekit-swarm/scenario';
import type { WebhookEvent } from 'livekit-server-sdk';
import { compareWebhooks } from './compare/compare-webhooks.ts';
import type { EventRow } from './compare/event-tally.ts';
import { type Finding, timeOf } from './compare/finding.ts';
import { measurePresence } from './judge/measure.ts';
import { compareListing } from './listing/compare-listing.ts';
import type { Poll } from './listing/poll.ts';
import { OwnFacts } from './reality/own-facts.ts';
import { type WebhookFact, webhookFact } from './webhooks/webhook-fact.ts';

/** Comparison of what the platform reports of a load with what happened. */
export interface Presence {
  /** Sessions that own participants had. */
  sessions: number;
  rooms: number;
  /** Deliveries about this load, and those about other rooms and participants, which are left out. */
  webhooks: { own: number; others: number };
  /** Answers of the API, and requests that it did not answer. */
  polls: { answered: number; failed: number };
  events: readonly EventRow[];
  findings: readonly Finding[];
  metrics: MetricReader;
}

/** Collects what participants did, what webhooks reported and what the API listed, and compares. */
export class PresenceWatch {
  readonly #own: OwnFacts;
  readonly #rooms: ReadonlySet<string>;
  readonly #ownRooms: ReadonlySet<string>;
  readonly #webhooks: WebhookFact[] = [];
  readonly #polls: Poll[] = [];
  #others = 0;

  /** @param run random text of the run: rooms whose names hold it exist for it alone */
  constructor({ participants }: Pick<Plan, 'participants'>, run: string) {
    this.#own = new OwnFacts(participants);
    this.#rooms = new Set(participants.map(({ room }) => room));
    this.#ownRooms = new Set([...this.#rooms].filter((room) => room.includes(run)));
  }

  get rooms(): readonly string[] {
    return [...this.#rooms];
  }

  /** Rooms that exist for this run alone. */
  get ownRooms(): readonly string[] {
    return [...this.#ownRooms];
  }

  addLine(line: RecordLine): void {
    this.#own.add(line);
  }

  /** Adds a delivery; one about a room or a participant that is not of this load is counted. */
  addWebhook(event: WebhookEvent, atMs: number): void {
    const fact = webhookFact(event, atMs);
    if (fact !== null && this.#isOwn(fact)) this.#webhooks.push(fact);
    else this.#others++;
  }

  addPoll(poll: Poll): void {
    this.#polls.push(poll);
  }

  /** Time since the last delivery about this load, ms. */
  quietMs(nowMs: number): number {
    return nowMs - (this.#webhooks.at(-1)?.atMs ?? 0);
  }

  /** @param openRooms rooms that the API still lists; null: unknown */
  compare(openRooms: ReadonlySet<string> | null): Presence {
    const { sessions } = this.#own;
    const webhooks = compareWebhooks(
      {
        ...{ sessions, ownRooms: this.#ownRooms, openRooms },
        failedJoinsOf: (identity) => this.#own.failedJoinsOf(identity),
      },
      this.#webhooks,
    );
    const listing = compareListing(sessions, this.#polls);
    const answered = this.#polls.filter(({ identities }) => identities !== null).length;
    return {
      sessions: [...sessions.values()].flat().length,
      rooms: this.#rooms.size,
      webhooks: { own: this.#webhooks.length, others: this.#others },
      polls: { answered, failed: this.#polls.length - answered },
      events: webhooks.tally.rows,
      findings: [...webhooks.findings, ...listing.findings].sort((a, b) => timeOf(a) - timeOf(b)),
      metrics: measurePresence(webhooks, listing),
    };
  }

  #isOwn({ room, participant }: WebhookFact): boolean {
    if (!this.#rooms.has(room)) return false;
    return participant === null ? this.#ownRooms.has(room) : this.#own.isOwn(participant.identity);
  }
}
