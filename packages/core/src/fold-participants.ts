import type { MetricSet } from './metric-set.ts';
import type { Role } from './plan.ts';
import { type EventLine, type JoinPhases, LEFT_WHILE_JOINING, type ParticipantLine } from './record.ts';
import type { FailureReason, JoinSummary, WorstParticipant } from './summary.ts';
import { type TrackTally, tallyTracks } from './tally-tracks.ts';

/** All that the record says about one participant, kept small: there may be 200,000. */
interface Stay {
  identity: string;
  room: string;
  role: Role;
  phases: JoinPhases | null;
  failed: boolean;
  dropped: boolean;
  reason: string | null;
  message: string | null;
  retries: number;
  resumes: number;
  reconnects: number;
  result: { outcome: ParticipantLine['outcome']; joinMs: number | null; tally: TrackTally } | null;
}

/** How many of the worst participants are named. */
const WORST = 5;

/** Folds what happened to each participant, from events and from the result each leaves. */
export class ParticipantFold {
  readonly #stays = new Map<string, Stay>();
  readonly #metrics: MetricSet;

  constructor(metrics: MetricSet) {
    this.#metrics = metrics;
  }

  addEvent(event: EventLine): void {
    if (event.identity === undefined) return;
    const stay = this.#stay(event.identity, event.room ?? '', event.role ?? 'subscriber');
    const role = { role: stay.role };
    switch (event.event) {
      case 'joined':
        this.#join(stay, event);
        break;
      case 'join_retry':
        stay.retries++;
        this.#explain(stay, event.reason, event.message);
        break;
      case 'join_failed':
        stay.failed = true;
        this.#explain(stay, event.reason, event.message);
        break;
      case 'first_media':
        if (event.ms !== undefined) this.#metrics.trend('first_media_time', role).add(event.ms);
        break;
      case 'resumed':
      case 'reconnected':
        stay[event.event === 'resumed' ? 'resumes' : 'reconnects']++;
        stay.dropped = false;
        if (event.ms !== undefined) this.#metrics.trend('reconnect_time', role).add(event.ms);
        break;
      case 'disconnected':
        stay.dropped = true;
        this.#explain(stay, event.reason, event.message);
        break;
      default:
    }
  }

  /** @param ours says whether a track's publisher belongs to this run */
  addResult(line: ParticipantLine, ours: (identity: string) => boolean): void {
    const stay = this.#stay(line.identity, line.room, line.role);
    stay.result = { outcome: line.outcome, joinMs: line.joinMs, tally: tallyTracks(line, ours) };
    stay.resumes = Math.max(stay.resumes, line.resumes);
    stay.reconnects = Math.max(stay.reconnects, line.reconnects);
    if (line.outcome === 'lost_with_worker') this.#explain(stay, line.reason ?? 'worker_died');
    else if (line.outcome !== 'left') this.#explain(stay, line.reason ?? undefined);
  }

  /**
   * Puts what is known into the metrics and sums it up.
   * @param planned participants of the plan
   * @param finished whether the run ran to its end: then everybody must have a result
   * @param judgeable whether a room was whole for long enough that its tracks can be missed
   */
  close(planned: number, finished: boolean, judgeable: (room: string) => boolean): Omit<JoinSummary, 'phases'> {
    const stays = [...this.#stays.values()];
    const joined = stays.filter(isJoined);
    // Who was on the way in when a run was cut short did not fail.
    if (!finished)
      for (const stay of stays) if (stay.reason === LEFT_WHILE_JOINING && stay.result !== null) stay.result.outcome = 'left';
    const failed = stays.filter(isFailed);
    const dropped = joined.filter(isDropped);
    for (const stay of stays) this.#count(stay, judgeable(stay.room));
    const withResult = stays.filter((stay) => stay.result !== null).length;
    return {
      planned,
      joined: joined.length,
      failed: failed.length,
      dropped: dropped.length,
      unaccounted: Math.max(0, (finished ? planned : stays.length) - withResult),
      retries: sum(stays, (stay) => stay.retries),
      resumes: sum(stays, (stay) => stay.resumes),
      reconnects: sum(stays, (stay) => stay.reconnects),
      failures: reasons(failed),
      drops: reasons(dropped),
    };
  }

  worst(judgeable: (room: string) => boolean): WorstParticipant[] {
    return [...this.#stays.values()]
      .flatMap((stay) => (isJoined(stay) && stay.result !== null ? [badness(stay, stay.result.tally, judgeable(stay.room))] : []))
      .sort(
        (a, b) =>
          b.missing - a.missing ||
          b.stalled - a.stalled ||
          (b.loss ?? 0) - (a.loss ?? 0) ||
          (b.latencyP95Ms ?? 0) - (a.latencyP95Ms ?? 0),
      )
      .slice(0, WORST);
  }

  #join(stay: Stay, event: EventLine): void {
    stay.failed = false;
    if (stay.phases !== null || event.phases === undefined) return;
    stay.phases = event.phases;
    const role = { role: stay.role };
    this.#metrics.trend('join_start_delay', role).add(event.phases.started);
    this.#metrics.trend('signal_time', role).add(event.phases.signal);
    this.#metrics.trend('ice_time', role).add(event.phases.ice);
    this.#metrics.trend('join_time', role).add(event.phases.joined);
  }

  #explain(stay: Stay, reason?: string, message?: string): void {
    stay.reason = reason ?? stay.reason;
    stay.message = message ?? stay.message;
  }

  #count(stay: Stay, tracksCount: boolean): void {
    const role = { role: stay.role };
    const joined = isJoined(stay);
    if (joined || isFailed(stay)) this.#metrics.rate('join_failures', role, joined ? 0 : 1, 1);
    if (joined) this.#metrics.rate('disconnects', role, isDropped(stay) ? 1 : 0, 1);
    this.#metrics.count('join_retries', role, stay.retries);
    this.#metrics.count('resumes', role, stay.resumes);
    this.#metrics.count('reconnects', role, stay.reconnects);
    if (stay.result === null || !tracksCount) return;
    const { tally, outcome } = stay.result;
    for (const kind of ['audio', 'video'] as const) {
      const expected = tally.expects[kind];
      if (expected > 0) this.#metrics.rate('missing_tracks', { kind, role: stay.role }, tally.missing[kind], expected);
    }
    if (outcome !== 'left') return;
    for (const { kind, codec, alive } of tally.received) {
      this.#metrics.rate('stalled_tracks', { kind, codec, role: stay.role }, alive ? 0 : 1, 1);
    }
  }

  #stay(identity: string, room: string, role: Role): Stay {
    const known = this.#stays.get(identity);
    if (known !== undefined) return known;
    const stay: Stay = {
      identity,
      room,
      role,
      phases: null,
      failed: false,
      dropped: false,
      reason: null,
      message: null,
      retries: 0,
      resumes: 0,
      reconnects: 0,
      result: null,
    };
    this.#stays.set(identity, stay);
    return stay;
  }
}

const isJoined = (stay: Stay): boolean => stay.phases !== null || (stay.result !== null && stay.result.joinMs !== null);

/** Somebody who left while still joining (an interrupted run) did not fail. */
const isFailed = (stay: Stay): boolean =>
  !isJoined(stay) && (stay.failed || (stay.result !== null && stay.result.outcome !== 'left'));

/** The result has the last word; without one, the events have. */
const isDropped = (stay: Stay): boolean => (stay.result === null ? stay.dropped : stay.result.outcome !== 'left');

const badness = (stay: Stay, tally: TrackTally, tracksCount: boolean): WorstParticipant => ({
  identity: stay.identity,
  room: stay.room,
  role: stay.role,
  missing: tracksCount ? tally.missing.audio + tally.missing.video : 0,
  stalled: tally.received.filter((track) => !track.alive).length,
  loss: tally.packets + tally.lost > 0 ? Math.max(0, tally.lost) / (tally.packets + tally.lost) : null,
  jitterMs: tally.jitterMs,
  latencyP95Ms: tally.latencyP95Ms,
  longestGapMs: tally.longestGapMs,
  reconnects: stay.resumes + stay.reconnects,
});

const reasons = (stays: Stay[]): FailureReason[] => {
  const counted = new Map<string, FailureReason>();
  for (const stay of stays) {
    const reason = stay.reason ?? 'unknown';
    const entry = counted.get(reason) ?? { reason, count: 0, message: null };
    entry.count++;
    entry.message ??= stay.message;
    counted.set(reason, entry);
  }
  return [...counted.values()].sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
};

const sum = (stays: Stay[], figure: (stay: Stay) => number): number => stays.reduce((total, stay) => total + figure(stay), 0);
