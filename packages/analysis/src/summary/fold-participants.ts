import type { Labels } from '@livekit-swarm/metrics';
import {
  type EventLine,
  type EventName,
  type HeaderLine,
  LEFT_WHILE_JOINING,
  type ParticipantLine,
} from '@livekit-swarm/record';
import {
  initialParticipantState,
  isConnected,
  type ParticipantState,
  reduceParticipant,
} from '../participants/participant-state.ts';
import { LostParticipants } from './lost-participants.ts';
import { measureParticipantEvent } from './measure.ts';
import type { FailureReason, JoinSummary } from './summary.ts';
import type { MeasuredWindow, Timeline } from './timeline.ts';

/**
 * Participant without a result. It is forgotten with its result, so that memory does not grow as
 * participants come and go.
 */
interface Entry {
  labels: Labels;
  state: ParticipantState;
  /**
   * Times of a join that is counted as failed: its scheduled time and the time of its failure, ms
   * after the start; null: not failed.
   */
  failed: { scheduledAt: number; at: number } | null;
}

/**
 * Length of a session, ms, below which a planned departure before the join does not count as a
 * failed join.
 */
export const JOIN_GRACE_MS = 5_000;

/** Tolerance for timers that fire early, ms. */
const EARLY_MS = 50;

/** Returns true if a participant left as planned before the end of the run. */
export const leftAsPlanned = ({ at, leaveAtMs }: ParticipantLine, endAtMs: number): boolean =>
  leaveAtMs < endAtMs && at >= leaveAtMs - EARLY_MS;

/** Returns true if a participant left as planned before it could have joined. */
export const leftBeforeJoining = (line: ParticipantLine, endAtMs: number): boolean =>
  line.outcome === 'join_failed' &&
  line.reason === LEFT_WHILE_JOINING &&
  leftAsPlanned(line, endAtMs) &&
  line.at - line.joinAtMs < JOIN_GRACE_MS;

/**
 * Returns true if a join ended with its participant and did not fail: the participant left as
 * planned before it could have joined, or before its time, as the run was cut short. Unlike the
 * summary, it needs no later line.
 */
export const wasJoinCutShort = (line: ParticipantLine, endAtMs: number): boolean =>
  leftBeforeJoining(line, endAtMs) ||
  (line.reason === LEFT_WHILE_JOINING && line.at < line.leaveAtMs - EARLY_MS);

/**
 * Events that may follow the result of their participant: others noticed late that it disappeared,
 * or the API answered late.
 */
const MAY_FOLLOW_RESULT: ReadonlySet<EventName> = new Set([
  'acted',
  'action_failed',
  'agent_dispatched',
  'agent_job',
]);

/**
 * Counts joins, disconnections and recoveries by observing `reduceParticipant`. A join counts at
 * its scheduled time, with its result; everything else counts when it happened.
 */
export class ParticipantFold {
  readonly #timeline: Timeline;
  readonly #entries = new Map<string, Entry>();
  /**
   * Participants that were still joining when the run ended: the reason of that end decides whether
   * they failed.
   */
  readonly #undecided: { entry: Entry; scheduledAt: number; at: number }[] = [];
  readonly #failureReasons: ReasonCounts = new Map();
  readonly #disconnectReasons: ReasonCounts = new Map();
  readonly #counts = {
    joined: 0,
    failed: 0,
    disconnected: 0,
    leftEarly: 0,
    lostEarly: 0,
    results: 0,
    retries: 0,
    resumes: 0,
    reconnects: 0,
  };
  readonly #lost = new LostParticipants();
  /** State of the participants that are set aside; null: unknown. */
  readonly #setAside = new Map<string, Entry | null>();
  #endAtMs = Number.POSITIVE_INFINITY;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  begin(header: HeaderLine): void {
    this.#endAtMs = header.plan.endAtMs;
    this.#lost.begin(header);
  }

  /**
   * Counts the connected participants in windows that begin.
   * @param beginning windows that begin now
   */
  advance(beginning: readonly MeasuredWindow[]): void {
    if (beginning.length === 0) return;
    for (const { state, labels } of this.#entries.values())
      if (state.joinedAt !== null && state.disconnectedAt === null)
        for (const window of beginning) countConnected(window, labels);
  }

  addEvent(event: EventLine): void {
    if (event.identity === undefined) return;
    const { at, durationMs = 0 } = event;
    if (MAY_FOLLOW_RESULT.has(event.event)) {
      const { group = '', role = '' } = event;
      measureParticipantEvent(event, { group, role }, (when) => this.#timeline.at(when, when, at));
      return;
    }
    const entry = this.#entry(event.identity, {
      group: event.group ?? '',
      role: event.role ?? '',
    });
    const { state: before, labels } = entry;
    const after = reduceParticipant(before, event);
    this.#observe(entry, after, at);
    this.#countRecoveries('resumes', labels, at, after.resumes - before.resumes);
    this.#countRecoveries('reconnects', labels, at, reconnectsOf(after) - reconnectsOf(before));
    if (event.event === 'join_retry') {
      this.#counts.retries++;
      for (const metrics of this.#timeline.at(at - durationMs, at - durationMs, at))
        metrics.count('join_retries', labels, 1);
    }
    // Only the first join of a participant counts.
    if (event.event !== 'joined' || before.joinedAt === null)
      measureParticipantEvent(event, labels, (when) => this.#timeline.at(when, when, at));
  }

  addResult(line: ParticipantLine): void {
    const counting = this.#lost.add(line);
    if (counting.length === 0) this.#putAside(line);
    for (const one of counting) {
      this.#takeBack(one);
      this.#countResult(one);
    }
  }

  #putAside({ identity, joinTimeMs }: ParticipantLine): void {
    this.#setAside.set(identity, this.#entries.get(identity) ?? null);
    this.#entries.delete(identity);
    if (joinTimeMs === null) this.#counts.lostEarly++;
  }

  #takeBack({ identity, joinTimeMs }: ParticipantLine): void {
    const entry = this.#setAside.get(identity);
    if (entry === undefined) return;
    this.#setAside.delete(identity);
    if (entry !== null) this.#entries.set(identity, entry);
    if (joinTimeMs === null) this.#counts.lostEarly--;
  }

  #countResult(line: ParticipantLine): void {
    const entry = this.#entry(line.identity, { group: line.group, role: line.role });
    this.#entries.delete(line.identity);
    this.#counts.results++;
    const before = entry.state;
    const after = reduceParticipant(before, line);
    this.#countUnseen('resumes', entry.labels, after.resumes - before.resumes);
    this.#countUnseen('reconnects', entry.labels, reconnectsOf(after) - reconnectsOf(before));
    this.#observe(entry, after, line.at);
    if (after.joinedAt === null && line.outcome !== 'left' && entry.failed === null)
      this.#addFailure(entry, line);
    this.#forget(entry);
  }

  /**
   * Summary of the participants so far.
   * @param finished true if the run was completed, so that every participant must have a result
   */
  summary(planned: number, finished: boolean): Omit<JoinSummary, 'phases' | 'turnAllocation'> {
    const { results, ...counts } = this.#counts;
    const failures = new Map(this.#failureReasons);
    const disconnects = new Map(this.#disconnectReasons);
    for (const entry of this.#entries.values()) countReasons(entry, failures, disconnects);
    return {
      planned,
      ...counts,
      unaccounted: finished
        ? Math.max(0, planned - results - this.#setAside.size)
        : this.#entries.size,
      failureReasons: reasonsOf(failures),
      disconnectReasons: reasonsOf(disconnects),
    };
  }

  /** Number of participants that are connected now. */
  get connected(): number {
    let connected = 0;
    for (const { state } of this.#entries.values()) if (isConnected(state)) connected++;
    return connected;
  }

  /**
   * Ends the fold; must be called after the last line. Participants that were still joining have
   * failed, unless the run was cut short.
   */
  close(finished: boolean): void {
    for (const { entry, scheduledAt, at } of this.#undecided) {
      if (finished) this.#fail(entry, scheduledAt, at);
      this.#forget(entry);
    }
    this.#undecided.length = 0;
  }

  /** Counts the changes between two states. */
  #observe(entry: Entry, after: ParticipantState, at: number): void {
    const { state: before, labels } = entry;
    entry.state = after;
    const hasJoined = before.joinedAt === null && after.joinedAt !== null;
    if (hasJoined) this.#join(entry, at);
    // A disconnection before the first join was not counted.
    const known = hasJoined ? null : before.disconnectedAt;
    if (after.joinedAt !== null && known !== after.disconnectedAt) {
      if (known !== null) this.#countDisconnect(labels, known, -1);
      if (after.disconnectedAt !== null) this.#countDisconnect(labels, after.disconnectedAt, 1);
    }
    if (after.connection === 'join_failed' && after.outcome === null)
      this.#fail(entry, after.scheduledAt ?? 0, at);
  }

  #join(entry: Entry, at: number): void {
    if (entry.failed !== null) this.#undoFailure(entry, entry.failed);
    this.#counts.joined++;
    this.#countJoin(entry.labels, entry.state.scheduledAt ?? 0, at, 0);
    countConnected({ metrics: this.#timeline.whole, clean: this.#timeline.clean }, entry.labels);
    // Windows that begin later count the participant when they begin.
    for (const measured of this.#timeline.windows)
      if (measured.begun && at < measured.window.toMs) countConnected(measured, entry.labels);
  }

  #fail(entry: Entry, scheduledAt: number, at: number): void {
    if (entry.failed !== null) return;
    entry.failed = { scheduledAt, at };
    this.#counts.failed++;
    this.#countJoin(entry.labels, scheduledAt, at, 1);
  }

  /** Removes the failure of a participant that joined later. */
  #undoFailure(entry: Entry, { scheduledAt, at }: { scheduledAt: number; at: number }): void {
    entry.failed = null;
    this.#counts.failed--;
    for (const metrics of this.#timeline.at(scheduledAt, scheduledAt, at))
      metrics.rate('join_failures', entry.labels, -1, -1);
  }

  #addFailure(entry: Entry, line: ParticipantLine): void {
    const scheduledAt = line.joinAtMs;
    if (leftBeforeJoining(line, this.#endAtMs)) this.#counts.leftEarly++;
    else if (line.reason === LEFT_WHILE_JOINING && !leftAsPlanned(line, this.#endAtMs))
      this.#undecided.push({ entry, scheduledAt, at: line.at });
    else this.#fail(entry, scheduledAt, line.at);
  }

  #countJoin(labels: Labels, scheduledAt: number, at: number, failures: 0 | 1): void {
    for (const metrics of this.#timeline.at(scheduledAt, scheduledAt, at)) {
      metrics.rate('join_failures', labels, failures, 1);
      metrics.count('join_retries', labels, 0);
    }
  }

  /**
   * Adds a disconnection.
   * @param times -1: removes one, because the participant recovered
   */
  #countDisconnect(labels: Labels, at: number, times: 1 | -1): void {
    this.#counts.disconnected += times;
    for (const metrics of this.#timeline.at(at)) metrics.rate('disconnects', labels, times, 0);
  }

  #countRecoveries(
    field: 'resumes' | 'reconnects',
    labels: Labels,
    at: number,
    times: number,
  ): void {
    if (times === 0) return;
    this.#counts[field] += times;
    for (const metrics of this.#timeline.at(at)) metrics.count(field, labels, times);
  }

  /** Counts recoveries that only the result reports, so that their times are unknown. */
  #countUnseen(field: 'resumes' | 'reconnects', labels: Labels, times: number): void {
    this.#counts[field] += times;
    this.#timeline.whole.count(field, labels, times);
  }

  #forget(entry: Entry): void {
    countReasons(entry, this.#failureReasons, this.#disconnectReasons);
  }

  #entry(identity: string, labels: Labels): Entry {
    const known = this.#entries.get(identity);
    if (known !== undefined) return known;
    const entry: Entry = { labels, state: initialParticipantState(), failed: null };
    this.#entries.set(identity, entry);
    this.#timeline.whole.rate('late_joins', {}, 0, 1);
    return entry;
  }
}

/** Number of new connections, by the SDK or by the application. */
const reconnectsOf = ({ reconnects, rejoins }: ParticipantState): number => reconnects + rejoins;

/** Counts a connected participant, with no disconnection and no recovery so far. */
const countConnected = (
  { metrics, clean }: Pick<MeasuredWindow, 'metrics' | 'clean'>,
  labels: Labels,
): void => {
  for (const set of [metrics, clean.metrics]) {
    set.rate('disconnects', labels, 0, 1);
    set.count('resumes', labels, 0);
    set.count('reconnects', labels, 0);
  }
};

const countReasons = (
  { state, failed }: Entry,
  failures: ReasonCounts,
  disconnects: ReasonCounts,
): void => {
  if (failed !== null) countReason(failures, state);
  if (state.joinedAt !== null && state.disconnectedAt !== null) countReason(disconnects, state);
};

/** Number of participants with each reason. */
export type ReasonCounts = Map<string, FailureReason>;

export const countReason = (
  counts: ReasonCounts,
  { reason, message, hint }: Pick<ParticipantState, 'reason' | 'message' | 'hint'>,
): void => {
  const word = reason ?? 'unknown';
  const known = counts.get(word);
  counts.set(word, {
    reason: word,
    count: (known?.count ?? 0) + 1,
    message: known?.message ?? message,
    hint: known?.hint ?? hint,
  });
};

/** Reasons, most frequent first. */
export const reasonsOf = (counts: ReasonCounts): FailureReason[] =>
  [...counts.values()].sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
