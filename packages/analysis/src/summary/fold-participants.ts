import type { Labels } from '@livekit-swarm/metrics';
import {
  type EventLine,
  type HeaderLine,
  LEFT_WHILE_JOINING,
  type ParticipantLine,
} from '@livekit-swarm/record';
import { countReason, type ReasonCounts, reasonsOf } from './reason-counts.ts';
import type { JoinSummary } from './summary.ts';
import type { MeasuredWindow, Timeline } from './timeline.ts';

/** Somebody of whom there is no result yet: forgotten as soon as there is one, so that memory does not grow as people come and go. */
interface Stay {
  labels: Labels;
  /** When the join was due that was counted, ms after the start. */
  dueAt: number;
  joined: boolean;
  failed: boolean;
  /** When the connection was lost for good. */
  droppedAt: number | null;
  reason: string | null;
  message: string | null;
  resumes: number;
  reconnects: number;
}

/** Who leaves of their own accord sooner than this, ms, may do so before they are in: nobody failed them. */
export const PATIENCE_MS = 5_000;

/** A timer may be early by a little. */
const EARLY_MS = 50;

/** Whether somebody left as planned although the run went on. */
export const leftByPlan = ({ at, leaveAtMs }: ParticipantLine, endAtMs: number): boolean =>
  leaveAtMs < endAtMs && at >= leaveAtMs - EARLY_MS;

/** Whether somebody left of their own accord before they could have been expected to be in. */
export const gaveUp = (line: ParticipantLine, endAtMs: number): boolean =>
  line.outcome === 'join_failed' &&
  line.reason === LEFT_WHILE_JOINING &&
  leftByPlan(line, endAtMs) &&
  line.at - line.joinAtMs < PATIENCE_MS;

/**
 * Folds what happens to participants, as it happens. A join counts at the time when it was due, with all that became of it; everything else when it
 * happened.
 */
export class ParticipantFold {
  readonly #timeline: Timeline;
  readonly #stays = new Map<string, Stay>();
  /** Those who were still joining when everybody left: whether they failed depends on why the run ended. */
  readonly #undecided: Stay[] = [];
  readonly #failures: ReasonCounts = new Map();
  readonly #drops: ReasonCounts = new Map();
  readonly #counts = {
    joined: 0,
    failed: 0,
    dropped: 0,
    gaveUp: 0,
    results: 0,
    retries: 0,
    resumes: 0,
    reconnects: 0,
  };
  #endAtMs = Number.POSITIVE_INFINITY;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  begin({ plan }: HeaderLine): void {
    this.#endAtMs = plan.endAtMs;
  }

  /** The run has come so far: whoever is in is in the windows that begin now. */
  advance(beginning: readonly MeasuredWindow[]): void {
    if (beginning.length === 0) return;
    for (const stay of this.#stays.values())
      if (isIn(stay)) for (const window of beginning) countPresent(window, stay.labels);
  }

  addEvent(event: EventLine): void {
    if (event.identity === undefined) return;
    const { at, ms } = event;
    const stay = this.#stay(event.identity, { group: event.group ?? '', role: event.role ?? '' });
    switch (event.event) {
      case 'joined':
        this.#join(stay, event);
        break;
      case 'join_retry':
        this.#counts.retries++;
        for (const metrics of this.#timeline.at(at - (ms ?? 0)))
          metrics.count('join_retries', stay.labels, 1);
        explain(stay, event);
        break;
      case 'join_failed':
        explain(stay, event);
        this.#fail(stay, at - (ms ?? 0));
        break;
      case 'first_media':
        if (ms !== undefined)
          for (const metrics of this.#timeline.at(at - ms))
            metrics.trend('first_media_time', stay.labels).add(ms);
        break;
      case 'resumed':
      case 'reconnected':
      case 'rejoined':
        this.#comeBack(stay, event);
        break;
      case 'disconnected':
        explain(stay, event);
        this.#drop(stay, at);
        break;
      default:
    }
  }

  addResult(line: ParticipantLine): void {
    const stay = this.#stay(line.identity, { group: line.group, role: line.role });
    this.#stays.delete(line.identity);
    this.#counts.results++;
    if (line.outcome === 'lost_with_worker')
      explain(stay, { reason: line.reason ?? 'worker_died' });
    else if (line.outcome !== 'left' && line.reason !== null)
      explain(stay, { reason: line.reason });
    this.#settleCount('resumes', stay, line.resumes);
    this.#settleCount('reconnects', stay, line.reconnects + (line.rejoins ?? 0));
    if (line.joinMs !== null) this.#enter(stay, line.at, line.joinAtMs);
    if (stay.joined) {
      if (line.outcome === 'left') this.#undrop(stay);
      else this.#drop(stay, line.at);
    } else if (line.outcome !== 'left' && !stay.failed) this.#addFailure(stay, line);
    this.#forget(stay);
  }

  /** As things stand. @param finished whether the run ran to its end: then everybody must have a result */
  summary(planned: number, finished: boolean): Omit<JoinSummary, 'phases'> {
    const { joined, failed, dropped, gaveUp, results, retries, resumes, reconnects } = this.#counts;
    const failures = new Map(this.#failures);
    const drops = new Map(this.#drops);
    for (const stay of this.#stays.values()) countReasons(stay, failures, drops);
    return {
      planned,
      joined,
      failed,
      dropped,
      gaveUp,
      unaccounted: finished ? Math.max(0, planned - results) : this.#stays.size,
      retries,
      resumes,
      reconnects,
      failures: reasonsOf(failures),
      drops: reasonsOf(drops),
    };
  }

  /** Call after the last line. Who was on the way in when a run was cut short did not fail; when it ended by itself they did. */
  close(finished: boolean): void {
    for (const stay of this.#undecided) {
      if (finished) this.#fail(stay, stay.dueAt);
      this.#forget(stay);
    }
    this.#undecided.length = 0;
  }

  #join(stay: Stay, { at, phases }: EventLine): void {
    if (stay.joined) return;
    const dueAt = at - (phases?.joined ?? 0);
    this.#enter(stay, at, dueAt);
    if (phases === undefined) return;
    for (const metrics of this.#timeline.at(dueAt)) {
      metrics.trend('join_start_delay', stay.labels).add(phases.started);
      metrics.trend('signal_time', stay.labels).add(phases.signal);
      metrics.trend('ice_time', stay.labels).add(phases.ice);
      metrics.trend('join_time', stay.labels).add(phases.joined);
    }
  }

  #enter(stay: Stay, at: number, dueAt: number): void {
    if (stay.joined) return;
    if (stay.failed) this.#unfail(stay);
    const { droppedAt } = stay;
    stay.droppedAt = null;
    stay.joined = true;
    stay.dueAt = dueAt;
    this.#counts.joined++;
    this.#countJoin(stay, 0);
    countPresent({ metrics: this.#timeline.whole }, stay.labels);
    // Windows that begin later find them when they begin.
    for (const measured of this.#timeline.windows) {
      if (measured.begun && at < measured.window.toMs) countPresent(measured, stay.labels);
    }
    // That it was lost may be known before that it was in.
    if (droppedAt !== null) this.#drop(stay, droppedAt);
  }

  #fail(stay: Stay, dueAt: number): void {
    if (stay.joined || stay.failed) return;
    stay.failed = true;
    stay.dueAt = dueAt;
    this.#counts.failed++;
    this.#countJoin(stay, 1);
  }

  /** Somebody who came in after all. */
  #unfail(stay: Stay): void {
    stay.failed = false;
    this.#counts.failed--;
    for (const metrics of this.#timeline.at(stay.dueAt))
      metrics.rate('join_failures', stay.labels, -1, -1);
  }

  #addFailure(stay: Stay, line: ParticipantLine): void {
    stay.dueAt = line.joinAtMs;
    if (gaveUp(line, this.#endAtMs)) this.#counts.gaveUp++;
    else if (line.reason === LEFT_WHILE_JOINING && !leftByPlan(line, this.#endAtMs))
      this.#undecided.push(stay);
    else this.#fail(stay, line.joinAtMs);
  }

  #drop(stay: Stay, at: number): void {
    if (stay.droppedAt !== null) return;
    stay.droppedAt = at;
    if (!stay.joined) return;
    this.#counts.dropped++;
    for (const metrics of this.#timeline.at(at)) metrics.rate('disconnects', stay.labels, 1, 0);
  }

  #undrop(stay: Stay): void {
    const { droppedAt } = stay;
    if (droppedAt === null) return;
    stay.droppedAt = null;
    if (!stay.joined) return;
    this.#counts.dropped--;
    for (const metrics of this.#timeline.at(droppedAt))
      metrics.rate('disconnects', stay.labels, -1, 0);
  }

  #comeBack(stay: Stay, { event, at, ms }: EventLine): void {
    // Made anew is made anew, by whatever part of the client.
    const field = event === 'resumed' ? 'resumes' : 'reconnects';
    stay[field]++;
    this.#counts[field]++;
    this.#undrop(stay);
    for (const metrics of this.#timeline.at(at)) {
      metrics.count(field, stay.labels, 1);
      if (ms !== undefined) metrics.trend('reconnect_time', stay.labels).add(ms);
    }
  }

  /** The result has the last word on how often; when those were that no event told of is not known. */
  #settleCount(field: 'resumes' | 'reconnects', stay: Stay, times: number): void {
    const more = Math.max(0, times - stay[field]);
    this.#counts[field] += more;
    this.#timeline.whole.count(field, stay.labels, more);
  }

  #countJoin({ labels, dueAt }: Stay, failures: number): void {
    for (const metrics of this.#timeline.at(dueAt)) {
      metrics.rate('join_failures', labels, failures, 1);
      metrics.count('join_retries', labels, 0);
    }
  }

  #forget(stay: Stay): void {
    countReasons(stay, this.#failures, this.#drops);
  }

  #stay(identity: string, labels: Labels): Stay {
    const known = this.#stays.get(identity);
    if (known !== undefined) return known;
    const stay: Stay = {
      labels,
      dueAt: 0,
      joined: false,
      failed: false,
      droppedAt: null,
      reason: null,
      message: null,
      resumes: 0,
      reconnects: 0,
    };
    this.#stays.set(identity, stay);
    this.#timeline.whole.rate('late_joins', {}, 0, 1);
    return stay;
  }
}

const isIn = ({ joined, droppedAt }: Stay): boolean => joined && droppedAt === null;

/** Somebody is in: what may befall them from now on has not yet. */
const countPresent = ({ metrics }: Pick<MeasuredWindow, 'metrics'>, labels: Labels): void => {
  metrics.rate('disconnects', labels, 0, 1);
  metrics.count('resumes', labels, 0);
  metrics.count('reconnects', labels, 0);
};

const explain = (stay: Stay, { reason, message }: Pick<EventLine, 'reason' | 'message'>): void => {
  stay.reason = reason ?? stay.reason;
  stay.message = message ?? stay.message;
};

const countReasons = (stay: Stay, failures: ReasonCounts, drops: ReasonCounts): void => {
  if (stay.failed) countReason(failures, stay);
  if (stay.joined && stay.droppedAt !== null) countReason(drops, stay);
};
