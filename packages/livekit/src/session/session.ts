import { ReconnectReason } from '@livekit/protocol';
import { SwarmError } from '@livekit-swarm/settings';
import type { Deployment } from '../deployment.ts';
import { type Failure, failureOf } from '../failure.ts';
import { joinBackoffMs, type ReconnectPolicy, sdkReconnectPolicy } from '../reconnect-policy.ts';
import { failureOfError, isUnknownPath } from '../rejection.ts';
import { mayRejoinAfter } from '../rejoin-policy.ts';
import type { TrackSpec } from '../sdp/own-track.ts';
import type { Signalling } from '../signal/endpoint.ts';
import type { ConnectionLoss } from './connection-loss.ts';
import { Membership } from './membership.ts';
import { RoomView } from './room-view.ts';
import type { SessionEvent, SessionOptions } from './session-options.ts';

/**
 * Largest number of m-lines of each kind in the first offer, as in livekit-client 2.23; more follow
 * when the server requests them.
 */
const MOST_FIRST_SECTIONS = 3;

/**
 * One session of one participant, across losses: joins with retries, resumes, reconnects, then
 * disconnects or rejoins.
 */
export class Session {
  readonly room: RoomView;
  readonly #options: SessionOptions;
  readonly #policy: ReconnectPolicy;
  #token: string;
  #deployment: Deployment;
  #tokenMs: number | null = null;
  /** Published tracks by cid: a new session publishes the same ones. */
  readonly #tracks: Map<string, TrackSpec>;
  #membership: Membership | null = null;
  #wake: (() => void) | null = null;
  #closed = false;
  #waitedMs = 0;
  #attemptAt = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.room = options.room ?? new RoomView();
    this.#policy = options.policy ?? sdkReconnectPolicy();
    this.#token = options.token;
    this.#deployment = options.deployment;
    this.#tracks = new Map(options.tracks.map((track) => [track.cid, track]));
  }

  /**
   * Time that the join waited for this host, ms: name lookups, and attempts that failed on this
   * host. It is not part of the server's join time.
   */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** Resolves to true once joined, to false if the join failed permanently or was cancelled. */
  async join(): Promise<boolean> {
    const { joinAttempts, deployment } = this.#options;
    for (let attempt = 1; !this.#closed; attempt++) {
      const startedAt = deployment.clock.now();
      const loss = await this.#begin();
      if (this.#closed) break;
      if (loss === null) {
        this.#waitedMs += this.#attemptAt - startedAt;
        this.#emitJoined(attempt, this.#attemptAt);
        return true;
      }
      this.#drop();
      const { failure } = loss;
      if (!failure.retryable || attempt >= joinAttempts) {
        this.#emit({ type: 'join_failed', attempt, failure });
        break;
      }
      this.#emit({ type: 'join_retry', attempt, failure });
      await this.#sleep(joinBackoffMs(attempt - 1));
      const doneAt = OF_THIS_HOST.has(failure.reason) ? deployment.clock.now() : this.#attemptAt;
      this.#waitedMs += doneAt - startedAt;
    }
    return false;
  }

  /** Leaves at once; no event follows. */
  leave(): void {
    this.#closed = true;
    this.#wake?.();
    this.#membership?.close(true);
  }

  /** Closes the connections without LEAVE. No event follows. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
    this.#membership?.close(false);
  }

  /** Disappears: sends no LEAVE and no close. No event follows. */
  disappear(): void {
    this.#closed = true;
    this.#wake?.();
    this.#membership?.disappear();
  }

  /** True while the participant is joined and its connections work, as far as it can know. */
  get isConnected(): boolean {
    return this.#membership?.isConnected ?? false;
  }

  /** Published tracks. */
  get tracks(): TrackSpec[] {
    return [...this.#tracks.values()];
  }

  /** Current membership of the room; null before the join, and once it ended. */
  get membership(): Pick<
    Membership,
    'interrupt' | 'pathFailed' | 'peerChanged' | 'request'
  > | null {
    return this.#membership;
  }

  /** Publishes another track. Call it only while joined. */
  publish(track: TrackSpec): void {
    this.#tracks.set(track.cid, track);
    if (this.#membership?.publish(track) === false) this.#tracks.delete(track.cid);
  }

  unpublish(cid: string): void {
    this.#tracks.delete(cid);
    this.#membership?.unpublish(cid);
  }

  /** @returns true when the participant publishes the track */
  mute(cid: string, muted: boolean): boolean {
    const track = this.#tracks.get(cid);
    if (track === undefined || this.#membership?.mute(cid, muted) !== true) return false;
    const { muted: _, ...rest } = track;
    this.#tracks.set(cid, muted ? { ...rest, muted } : rest);
    return true;
  }

  /** Records that another participant disappeared as planned: no media of it is expected. */
  publisherDisappeared(identity: string): void {
    if (this.#membership === null) this.room.setDisappeared(identity);
    else this.#membership.publisherDisappeared(identity);
  }

  /**
   * Returns true when media of a remote track is expected now. While disconnected, only the state
   * of its publisher counts.
   */
  isMediaExpected(trackSid: string): boolean {
    return this.#membership?.isMediaExpected(trackSid) ?? !this.room.isSilent(trackSid);
  }

  /** Opens a new membership; falls back from v1 to v0 for older servers. */
  async #begin(): Promise<ConnectionLoss | null> {
    const { attemptTimeoutMs } = this.#options;
    const { clock } = this.#options.deployment;
    const startedAt = clock.now();
    const unadmitted = await this.#admit();
    this.#attemptAt = startedAt;
    if (unadmitted !== null || this.#closed) return unadmitted;
    const admittedAt = clock.now();
    const unprepared = await this.#prepare();
    // The preparation is not a part of the attempt.
    this.#attemptAt = startedAt + clock.now() - admittedAt;
    if (unprepared !== null || this.#closed) return unprepared;
    const deployment = this.#deployment;
    const wanted = deployment.signalling;
    const loss = await this.#open(wanted === 'auto' ? 'v1' : wanted);
    if (wanted !== 'auto' || loss === null || !isUnknownPath(loss.failure) || this.#closed)
      return loss;
    this.#drop();
    const fallback = await this.#open('v0', attemptTimeoutMs);
    if (fallback === null || !isUnknownPath(fallback.failure)) deployment.signalling = 'v0';
    return fallback;
  }

  /** Requests deployment and token, if `admit` is given. */
  async #admit(): Promise<ConnectionLoss | null> {
    const { admit, deployment } = this.#options;
    if (admit === undefined) return null;
    const from = deployment.clock.now();
    const answer = await admit();
    this.#tokenMs = deployment.clock.now() - from;
    if ('reason' in answer)
      return { failure: answer, way: 'reconnect', cause: ReconnectReason.RR_UNKNOWN };
    this.#deployment = answer.deployment;
    this.#token = answer.token;
    return null;
  }

  async #prepare(): Promise<ConnectionLoss | null> {
    const { plane } = this.#options;
    try {
      await plane.peers.prepare?.();
      return null;
    } catch (error) {
      const failure =
        error instanceof SwarmError
          ? failureOf(error)
          : failureOfError(error, this.#deployment.url.ws);
      return {
        failure: { ...failure, retryable: true },
        way: 'reconnect',
        cause: ReconnectReason.RR_UNKNOWN,
      };
    }
  }

  #open(
    signalling: Signalling,
    timeoutMs = this.#options.attemptTimeoutMs,
  ): Promise<ConnectionLoss | null> {
    const { layout, sendsData, expectedTracks, cname, plane, watchesMedia } = this.#options;
    const { dataTracks } = this.#options;
    const deployment = this.#deployment;
    const { onUpdate, onSpeakers, departsBefore } = this.#options;
    const membership: Membership = new Membership({
      deployment,
      signalling,
      layout,
      tracks: [...this.#tracks.values()],
      sendsData,
      ...(dataTracks !== undefined && { dataTracks }),
      cname,
      plane,
      room: this.room,
      ...(watchesMedia !== undefined && { watchesMedia }),
      receive: {
        audio: Math.min(expectedTracks.audio, MOST_FIRST_SECTIONS),
        video: Math.min(expectedTracks.video, MOST_FIRST_SECTIONS),
      },
      token: () => this.#token,
      onToken: (token) => {
        this.#token = token;
      },
      onWarning: (reason, message) => this.#emit({ type: 'warning', reason, message }),
      onRefused: (refusal) => this.#emit({ type: 'refused', ...refusal }),
      onUnpublished: (cid) => {
        this.#tracks.delete(cid);
        this.#emit({ type: 'unpublished', cid });
      },
      onMetadataRefused: (message) => this.#emit({ type: 'metadata_refused', message }),
      ...(onUpdate !== undefined && { onUpdate }),
      ...(onSpeakers !== undefined && { onSpeakers }),
      ...(departsBefore !== undefined && { departsBefore }),
      onDeparted: () => {
        this.#closed = true;
      },
      onLost: (loss) => {
        if (this.#membership === membership) void this.#recover(membership, loss);
      },
    });
    this.#membership = membership;
    return membership.open(timeoutMs);
  }

  /** Recovers as livekit-client does, or gives up. */
  async #recover(membership: Membership, loss: ConnectionLoss): Promise<void> {
    const { clock } = this.#options.deployment;
    const lostAt = clock.now();
    if (loss.way !== 'none') this.#emit({ type: 'signal_lost', failure: loss.failure });
    let last = loss;
    for (let attempt = 0; last.way !== 'none'; attempt++) {
      const delay = this.#policy.delayMs(attempt, clock.now() - lostAt);
      if (delay === null) break;
      await this.#sleep(delay);
      if (this.#closed) return;
      const way = last.way;
      const result =
        way === 'resume'
          ? await membership.resume(this.#options.attemptTimeoutMs, last.cause)
          : await this.#restart();
      if (this.#closed) return;
      if (result === null) {
        this.#emitRecovered(way === 'resume' ? 'resumed' : 'reconnected', attempt + 1, lostAt);
        return;
      }
      // After a reconnect attempt there is no session left to resume.
      last =
        way === 'reconnect' && result.way === 'resume' ? { ...result, way: 'reconnect' } : result;
    }
    this.#drop();
    const failure = gaveUp(loss.failure, last.failure);
    this.#emit({ type: 'disconnected', failure });
    if (this.#options.rejoin !== undefined && mayRejoinAfter(failure.reason))
      await this.#rejoin(this.#options.rejoin, lostAt);
  }

  /** Rejoins as an application would, until it has joined or `leave` was called. */
  async #rejoin(policy: ReconnectPolicy, lostAt: number): Promise<void> {
    const { clock } = this.#options.deployment;
    for (let attempt = 0; !this.#closed; attempt++) {
      const delay = policy.delayMs(attempt, clock.now() - lostAt);
      if (delay === null) return;
      await this.#sleep(delay);
      if (this.#closed) return;
      const loss = await this.#begin();
      if (this.#closed) return;
      if (loss === null) {
        this.#emitRecovered('rejoined', attempt + 1, lostAt);
        return;
      }
      this.#drop();
      this.#emit({
        type: 'rejoin_retry',
        attempt: attempt + 1,
        durationMs: clock.now() - lostAt,
        failure: loss.failure,
      });
    }
  }

  #restart(): Promise<ConnectionLoss | null> {
    this.#membership?.close(true);
    return this.#begin();
  }

  #emitJoined(attempt: number, startedAt: number): void {
    const membership = this.#membership;
    if (membership === null) return;
    const { node, version, backend, region } = membership.server;
    this.#emit({
      type: 'joined',
      attempt,
      startedAt,
      tokenMs: this.#tokenMs,
      ...membership.times,
      node,
      backend,
      serverVersion: version,
      region,
    });
  }

  #emitRecovered(
    type: 'resumed' | 'reconnected' | 'rejoined',
    attempt: number,
    lostAt: number,
  ): void {
    const { node = '', backend = '' } = this.#membership?.server ?? {};
    this.#emit({
      type,
      attempt,
      durationMs: this.#options.deployment.clock.now() - lostAt,
      node,
      backend,
    });
  }

  #drop(): void {
    this.#membership?.close(false);
    this.#membership = null;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.deployment.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #emit(event: WithoutAt<SessionEvent>): void {
    if (!this.#closed)
      this.#options.onEvent({ ...event, at: this.#options.deployment.clock.now() });
  }
}

/** Failures of the load generator's own host: the time of such an attempt is not the server's. */
const OF_THIS_HOST: ReadonlySet<string> = new Set(['dns_failed', 'no_route', 'no_socket']);

type WithoutAt<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Failure after the last attempt: its reason, and the first failure. */
const gaveUp = (first: Failure, last: Failure): Failure =>
  first === last
    ? first
    : { ...last, message: `${last.message}; it began with: ${first.message}`, retryable: false };
