import { getCACertificates } from 'node:tls';
import {
  type Clock,
  deploymentAt,
  HostResolver,
  PROCESS_CLOCK_OFFSET_MS,
  steadyClock,
} from '@livekit-swarm/livekit';
import type { ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan, PlannedStep } from '@livekit-swarm/scenario';
import { openPump, type Pump, type PumpEvent } from '@livekit-swarm/webrtc';
import type { Admission, Engine, EngineOptions, EngineSample } from '../engine.ts';
import { ExchangeMeter } from '../exchange/exchange-meter.ts';
import { Clips, type PublishedTrack, type TrackUse } from './media/clips.ts';
import { type FrameKeyHandle, FrameKeys } from './media/frame-keys.ts';
import { ParticipantKeys, type SharedKeys } from './media/participant-keys.ts';
import type { Speaks } from './media/utterances.ts';
import { Route } from './network/route.ts';
import { readTurnAddress } from './network/turn-servers.ts';
import { EffectTracker } from './participant/effect-tracker.ts';
import type { Neighbour } from './participant/neighbours.ts';
import { Participant, type ParticipantView } from './participant/participant.ts';
import type { EngineParts, Target } from './participant/participant-options.ts';
import { Speakers } from './participant/speakers.ts';
import { StreamMedia } from './participant/stream-media.ts';
import { RemotePublishers } from './streams/remote-publishers.ts';
import { Sampler } from './streams/sampler.ts';
import { StreamRegistry } from './streams/stream-registry.ts';

/** Largest number of data flows that one participant can start in a run, reconnects included. */
const FLOWS_PER_PARTICIPANT = 256;

/**
 * Interval between checks of watched media, ms: short enough to report an interruption while it
 * lasts.
 */
const WATCH_EVERY_MS = 200;

/**
 * Engine for many participants per host: signalling in TypeScript, packets in the addon's threads.
 * One per process.
 */
export class NativeEngine implements Engine {
  readonly name = 'native';
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #pump: Pump;
  readonly #clips: Clips;
  readonly #speakers = new Speakers();
  readonly #exchanges = new ExchangeMeter();
  readonly #keys: SharedKeys;
  readonly #sampler: Sampler;
  readonly #parts: EngineParts;
  readonly #participants = new Map<number, Participant>();
  /** Identities that ended without a LEAVE, by room. */
  readonly #disappeared = new Map<string, Set<string>>();
  readonly #byPeer = new Map<number, { onPump(event: PumpEvent): void }>();
  readonly #targets = new Map<string, Target>();
  /** Routes to receivers that are not the deployment, by host. */
  readonly #routes = new Map<string, Route>();
  /** Reported reasons for which data tracks cannot be published. */
  readonly #refusals = new Set<string>();
  #trusts = false;
  #closed = false;
  #watching: NodeJS.Timeout | null = null;

  /** @throws Error if the addon is missing or does not fit this host */
  constructor(options: EngineOptions, open: typeof openPump = openPump) {
    this.#options = options;
    const clockOffsetMs = options.clockOffsetMs ?? PROCESS_CLOCK_OFFSET_MS;
    this.#clock = steadyClock(clockOffsetMs);
    this.#pump = open({ threads: options.threads, clockOffsetMs }, (events) =>
      this.#onPump(events),
    );
    const turn = options.turn ?? process.env.SWARM_TURN ?? '';
    this.#clips = new Clips(this.#pump);
    this.#keys = { keys: new FrameKeys(this.#pump), clips: this.#clips, users: new Map() };
    const registry = new StreamRegistry();
    this.#sampler = new Sampler(this.#pump, registry);
    this.#parts = {
      engine: options,
      pump: this.#pump,
      registry,
      sampler: this.#sampler,
      effects: new EffectTracker(this.#clock),
      speakers: this.#speakers,
      exchanges: this.#exchanges,
      publishers: new RemotePublishers(options.elsewhere ?? []),
      turn: turn === '' ? null : readTurnAddress(turn),
      target: (url) => this.#target(url),
      onTrackRefused: (plan, message) => this.#onTrackRefused(plan, message),
    };
    if (options.watchMedia === true) this.#watchSoon();
  }

  async join(plan: ParticipantPlan, admission: Admission, scheduledAtMs: number): Promise<void> {
    const { index, path } = plan;
    if (path === 'turn-tls' || path === 'auto') this.#trust();
    if (this.#participants.has(index)) throw new Error(`participant ${index} has joined already`);
    const keys = new ParticipantKeys(this.#keys, plan, admission.e2ee);
    const kind = {
      takesTurns: plan.turns === 'takes',
      adapts: plan.rateAdaptation === true,
      speaks: speaksAs(plan),
    };
    const tracks = this.#tracksOf(plan, keys.current, kind);
    let flows = 0;
    const neighbours = (): Neighbour[] =>
      [...this.#participants.values()].filter(
        (other) => other !== participant && other.room === plan.room && other.isConnected,
      );
    const participant: Participant = new Participant({
      ...this.#parts,
      plan,
      token: admission.token,
      scheduledAt: this.#options.startedAtMs + scheduledAtMs,
      ...this.#target(admission.url),
      endpoint: admission.endpoint ?? null,
      tracks,
      load: (track, cid) => this.#clips.track(track, cid, keys.current, kind),
      neighbours,
      onDisappeared: () => this.#onDisappeared(plan),
      keys,
      nextFlow: () => index * FLOWS_PER_PARTICIPANT + (flows++ % FLOWS_PER_PARTICIPANT),
      onPeerOpened: (peer) => this.#byPeer.set(peer, participant),
      onPeerClosed: (peer) => this.#byPeer.delete(peer),
    });
    for (const identity of this.#disappeared.get(plan.room) ?? [])
      participant.publisherDisappeared(identity);
    this.#participants.set(index, participant);
    await participant.join();
  }

  /**
   * Open the media of a participant of another engine, which has a server of its own and is in no
   * room of this engine. Audio has marks, by which its delay is measured.
   * @param host host of the server, as in its URL
   * @throws Error if a clip is missing or damaged
   */
  openMedia(plan: ParticipantPlan, host: string): StreamMedia {
    const keys = new ParticipantKeys(this.#keys, plan, undefined);
    const media: StreamMedia = new StreamMedia({
      ...this.#parts,
      ...{ plan, keys },
      tracks: this.#tracksOf(plan, null, { speaks: 'marks' }),
      route: this.#routeTo(host),
      onPeerOpened: (peer) => this.#byPeer.set(peer, media),
      onPeerClosed: (peer) => this.#byPeer.delete(peer),
    });
    return media;
  }

  /** Report a reason once: it holds for every participant of the deployment. */
  #onTrackRefused({ identity }: Pick<ParticipantPlan, 'identity'>, message: string): void {
    if (this.#refusals.has(message)) return;
    this.#refusals.add(message);
    const { startedAtMs, onEvent } = this.#options;
    onEvent({
      ...{ type: 'event', event: 'warning', at: this.#clock.now() - startedAtMs },
      ...{ reason: 'data_track_rejected' },
      message: `${identity} cannot publish its data track: ${message}`,
    });
  }

  #tracksOf(
    { identity, publish }: ParticipantPlan,
    key: FrameKeyHandle | null,
    use: TrackUse,
  ): PublishedTrack[] {
    return publish.map((track, number) =>
      this.#clips.track(track, `${identity}-${track.kind}-${number}`, key, use),
    );
  }

  #routeTo(host: string): Route {
    const route = this.#routes.get(host) ?? new Route(new HostResolver(host, this.#clock));
    this.#routes.set(host, route);
    return route;
  }

  /**
   * Expect no more media of a participant that ended without a LEAVE. This also holds for
   * participants that join later: the server keeps it in the room until it notices.
   */
  #onDisappeared({ identity, room }: ParticipantPlan): void {
    const disappeared = this.#disappeared.get(room) ?? new Set();
    this.#disappeared.set(room, disappeared.add(identity));
    for (const participant of this.#participants.values())
      if (participant.room === room) participant.publisherDisappeared(identity);
  }

  act(index: number, step: PlannedStep): boolean {
    this.#participants.get(index)?.act(step);
    return true;
  }

  async leave(index: number): Promise<ParticipantLine> {
    const participant = this.#participants.get(index);
    if (participant === undefined) throw new Error(`participant ${index} is not here`);
    const line = await participant.leave();
    this.#participants.delete(index);
    return line;
  }

  /**
   * A participant's current knowledge of the others. Undefined before it starts to join and after
   * it left.
   */
  view(index: number): ParticipantView | undefined {
    return this.#participants.get(index)?.view;
  }

  sample(): EngineSample {
    const joined = [...this.#participants.values()].filter(({ isConnected }) => isConnected).length;
    const speakers = this.#speakers.take();
    return {
      ...this.#sampler.take(joined),
      ...(speakers.length > 0 && { speakers }),
      ...this.#exchanges.take(),
    };
  }

  correctClock(ms: number): void {
    if (!this.#closed) this.#pump.setClockCorrection(ms);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#watching !== null) clearTimeout(this.#watching);
    await Promise.all([...this.#participants.keys()].map((index) => this.leave(index)));
    this.#pump.close();
  }

  /** Check the received media of all participants periodically. */
  #watchSoon(): void {
    this.#watching = setTimeout(async () => {
      await this.#sampler.readSoon();
      if (this.#closed) return;
      for (const participant of this.#participants.values()) participant.watch();
      this.#watchSoon();
    }, WATCH_EVERY_MS);
    this.#watching.unref();
  }

  /** Give the pump the certificate authorities that signal connections trust. */
  #trust(): void {
    if (this.#trusts) return;
    this.#trusts = true;
    this.#pump.setTrust(getCACertificates('default').join('\n'));
  }

  #target(url: string): Target {
    const known = this.#targets.get(url);
    if (known !== undefined) return known;
    const deployment = deploymentAt(url, this.#options.signalling, this.#clock);
    const target = { deployment, route: new Route(deployment.resolver) };
    this.#targets.set(url, target);
    return target;
  }

  #onPump(events: PumpEvent[]): void {
    for (const event of events) this.#byPeer.get(event.peer)?.onPump(event);
  }
}

/** Part of a participant in conversations with voice agents. */
const speaksAs = ({ conversation, answers }: ParticipantPlan): Speaks | null => {
  if (conversation !== undefined) return 'caller';
  return answers === undefined ? null : { answerMs: answers.lengthMs };
};
