import {
  type Clock,
  type ParticipantInfo,
  type Session,
  setRequest,
  shows,
  simulateRequest,
  trackSourceOf,
} from '@livekit-swarm/livekit';
import type { EventLine } from '@livekit-swarm/record';
import {
  type ActionSource,
  type ActionStep,
  actionName,
  actionSourceOf,
  type ParticipantPlan,
  type TrackPlan,
} from '@livekit-swarm/scenario';
import type { PublishedTrack } from '../media/clips.ts';
import type { EffectTracker } from './effect-tracker.ts';
import { type Neighbour, receives } from './neighbours.ts';

export type ActionDetails = Pick<
  EventLine,
  'action' | 'kind' | 'source' | 'durationMs' | 'reason' | 'message'
>;

export interface ActionRunnerOptions {
  plan: ParticipantPlan;
  clock: Clock;
  effects: EffectTracker;
  /** Current session of the participant: a second join replaces it. */
  session(): Session;
  /** All tracks that the participant publishes or has published. */
  tracks: PublishedTrack[];
  /** Load a track with its clips. @throws Error if a clip is missing or damaged */
  load(track: TrackPlan, cid: string): PublishedTrack;
  /** Connected participants of the same room on this engine. */
  neighbours(): Neighbour[];
  /**
   * Let the room's participants on this engine expect no more media of this one, although the
   * server has not noticed its end.
   */
  onDisappeared(): void;
  changeAddress(): void;
  /**
   * Join again with the same identity.
   * @returns time at which the server had replaced the earlier session, Unix ms; null: it did not
   * in time
   */
  joinAgain(): Promise<number | null>;
  emit(event: 'acted' | 'action_failed', at: number, details: ActionDetails): void;
}

/** Time within which other participants must notice an action, ms. */
const NOTICED_WITHIN_MS = 15_000;
/**
 * Time within which others must notice a disappearance, ms: a server first waits for pings and
 * consent checks.
 */
const GONE_WITHIN_MS = 90_000;

/** Simulations that end the connection: their effect is measured when it has recovered. */
const BREAKS: ReadonlySet<string> = new Set([
  'migration',
  'node-failure',
  'server-leave',
  'full-reconnect',
]);

/**
 * Executor of one participant's actions: carries them out during the stay, and reports when they
 * took effect.
 */
export class ActionRunner {
  readonly #options: ActionRunnerOptions;
  /** Client ids of the tracks that are published now, by source. */
  readonly #cids: Map<ActionSource, string>;
  /** Action that made the participant lose its connection, and its time, until the recovery. */
  #recovery: { step: ActionStep; at: number } | null = null;
  #published: number;
  #isAudioMuted = false;

  constructor(options: ActionRunnerOptions) {
    this.#options = options;
    this.#cids = new Map(
      options.tracks.map(({ spec }) => [
        spec.kind === 'audio' ? 'audio' : (spec.source ?? 'camera'),
        spec.cid,
      ]),
    );
    this.#published = options.tracks.length;
  }

  /** True if others can receive the participant's audio. */
  get isAudible(): boolean {
    return this.#cids.has('audio') && !this.#isAudioMuted && this.#options.session().isConnected;
  }

  act(step: ActionStep): void {
    const { session, clock } = this.#options;
    if (!session().isConnected) {
      this.#fail(step, 'not_connected', 'the participant was not connected');
      return;
    }
    const at = clock.now();
    switch (step.do) {
      case 'mute':
      case 'unmute': {
        const cid = this.#cids.get(step.source);
        if (cid === undefined || !session().mute(cid, step.do === 'mute')) {
          this.#notPublished(step);
          return;
        }
        if (step.source === 'audio') this.#isAudioMuted = step.do === 'mute';
        this.#expect(step, at);
        return;
      }
      case 'publish':
        this.#publish(step, at);
        return;
      case 'unpublish': {
        const cid = this.#cids.get(step.source);
        if (cid === undefined) {
          this.#notPublished(step);
          return;
        }
        this.#cids.delete(step.source);
        session().unpublish(cid);
        this.#expect(step, at);
        return;
      }
      case 'set':
        session().membership?.request(setRequest(step));
        this.#expect(step, at);
        return;
      case 'simulate':
        this.#simulate(step, at);
        return;
      case 'change-address':
        this.#recovery = { step, at };
        this.#options.changeAddress();
        session().membership?.interrupt('resume');
        return;
      case 'join-again':
        void this.#options.joinAgain().then((replacedAt) => {
          if (replacedAt !== null) this.#succeed(step, replacedAt, replacedAt - at);
          else this.#fail(step, 'not_replaced', 'the server did not replace the earlier session');
        });
        return;
      // The room service grants and revokes permissions.
      case 'permit':
      // A disappearance is carried out when the participant leaves.
      case 'disappear':
        return;
    }
  }

  /** Announce that the participant disappears without a LEAVE, and measure when others notice. */
  disappear(): void {
    const { clock, onDisappeared } = this.#options;
    onDisappeared();
    this.#expect({ do: 'disappear' }, clock.now(), GONE_WITHIN_MS);
  }

  /** Report a recovery of the connection. */
  recovered(at: number): void {
    const recovery = this.#recovery;
    this.#recovery = null;
    if (recovery !== null) this.#succeed(recovery.step, at, at - recovery.at);
  }

  /** Report the end of the connection. @returns true if an action requested it */
  disconnected(at: number): boolean {
    const recovery = this.#recovery;
    this.#recovery = null;
    if (recovery === null) return false;
    const { step } = recovery;
    if (step.do === 'simulate' && step.simulate === 'server-leave') {
      this.#succeed(step, at, at - recovery.at);
      return true;
    }
    this.#fail(step, 'disconnected', 'the participant did not recover');
    return false;
  }

  /** Report that the server rejected the request of an action. */
  refused(step: 'publish' | 'set', message: string): void {
    if (step === 'set') this.#fail({ do: 'set' }, 'not_permitted', message);
  }

  /** Report that the server unpublished a track. */
  lost(cid: string): void {
    for (const [source, known] of this.#cids) if (known === cid) this.#cids.delete(source);
  }

  #publish(step: Extract<ActionStep, { do: 'publish' }>, at: number): void {
    const { plan, session, tracks, load } = this.#options;
    const source = actionSourceOf(step.track);
    if (this.#cids.has(source)) {
      this.#fail(step, 'published_already', 'the participant publishes this track already');
      return;
    }
    const track = load(step.track, `${plan.identity}-${source}-${this.#published++}`);
    tracks.push(track);
    this.#cids.set(source, track.spec.cid);
    if (source === 'audio') this.#isAudioMuted = false;
    session().publish(track.spec);
    this.#expect(step, at);
  }

  #simulate(step: Extract<ActionStep, { do: 'simulate' }>, at: number): void {
    const { simulate, bandwidthBps = 0 } = step;
    const { membership } = this.#options.session();
    if (BREAKS.has(simulate)) this.#recovery = { step, at };
    else this.#succeed(step, at);
    if (simulate === 'full-reconnect') membership?.interrupt('reconnect');
    else membership?.request(simulateRequest(simulate, bandwidthBps));
  }

  #expect(step: ActionStep, at: number, withinMs = NOTICED_WITHIN_MS): void {
    const { plan, effects, neighbours, clock } = this.#options;
    const isShownBy = shows(step);
    if (isShownBy === null || plan.grants.hidden === true) {
      this.#succeed(step, at);
      return;
    }
    const all = neighbours();
    const receiving = step.do === 'publish' ? all.filter((one) => receives(one, step.track)) : [];
    const source = step.do === 'publish' ? trackSourceOf(actionSourceOf(step.track)) : 0;
    const effect = {
      actor: plan.identity,
      isShownBy: (actor: ParticipantInfo) => isShownBy(actor),
      ...(receiving.length > 0 && {
        isReceivedIn: (publisher: string, received: number) =>
          publisher === plan.identity && received === source,
      }),
    };
    const observers = receiving.length > 0 ? receiving : all;
    void effects.expect(effect, observers, withinMs).then((noticedAt) => {
      if (noticedAt === 'no_observers') this.#succeed(step, clock.now());
      else if (noticedAt === null)
        this.#fail(step, 'not_noticed', `others had not noticed it after ${withinMs / 1_000} s`);
      else this.#succeed(step, noticedAt, noticedAt - at);
    });
  }

  #notPublished(step: ActionStep): void {
    this.#fail(step, 'not_published', 'the participant does not publish this track');
  }

  #succeed(step: ActionStep, at: number, durationMs?: number): void {
    this.#options.emit('acted', at, {
      ...namesOf(step),
      ...(durationMs !== undefined && { durationMs }),
    });
  }

  #fail(step: ActionStep | { do: 'set' }, reason: string, message: string): void {
    const { emit, clock } = this.#options;
    emit('action_failed', clock.now(), { ...namesOf(step), reason, message });
  }
}

/**
 * Name of an action in records (`mute`, `simulate-migration`), with the kind and source of its
 * track.
 */
const namesOf = (step: ActionStep): ActionDetails => {
  const action = actionName(step);
  const source =
    'source' in step ? step.source : 'track' in step ? actionSourceOf(step.track) : undefined;
  if (source === undefined) return { action };
  return source === 'audio' ? { action, kind: 'audio' } : { action, kind: 'video', source };
};
