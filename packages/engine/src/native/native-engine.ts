import {
  type Clock,
  type Deployment,
  deploymentAt,
  PROCESS_CLOCK_OFFSET_MS,
  steadyClock,
} from '@livekit-swarm/livekit';
import type { ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { openPump, type Pump, type PumpEvent } from '@livekit-swarm/webrtc';
import type { Admission, Engine, EngineOptions, EngineSample } from '../engine.ts';
import { Clips } from './clips.ts';
import { Participant, type ParticipantView } from './participant.ts';
import { Route } from './route.ts';
import { Sampler } from './sampler.ts';
import { StreamBook } from './stream-book.ts';

/** A deployment, and how it is reached. */
interface Target {
  deployment: Deployment;
  route: Route;
}

/** Flows of data that one participant may begin in a run, reconnects included. */
const FLOWS_PER_PARTICIPANT = 256;

/** How often received media is checked where it is watched, ms; often enough to report an interruption while it lasts. */
const WATCH_EVERY_MS = 200;

/** The engine for density: signalling in TypeScript, packets in the addon's threads. One per process. */
export class NativeEngine implements Engine {
  readonly name = 'native';
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #pump: Pump;
  readonly #clips: Clips;
  readonly #book = new StreamBook();
  readonly #sampler: Sampler;
  readonly #participants = new Map<number, Participant>();
  readonly #byPeer = new Map<number, Participant>();
  readonly #targets = new Map<string, Target>();
  #closed = false;
  #watching: NodeJS.Timeout | null = null;

  /** @throws Error when the addon is missing or does not fit this host */
  constructor(options: EngineOptions, open: typeof openPump = openPump) {
    this.#options = options;
    const clockOffsetMs = options.clockOffsetMs ?? PROCESS_CLOCK_OFFSET_MS;
    this.#clock = steadyClock(clockOffsetMs);
    this.#pump = open({ threads: options.threads, clockOffsetMs }, (events) =>
      this.#onPump(events),
    );
    this.#clips = new Clips(this.#pump);
    this.#sampler = new Sampler(this.#pump, this.#book);
    if (options.watchMedia === true) this.#watchSoon();
  }

  async join(plan: ParticipantPlan, admission: Admission, scheduledAtMs: number): Promise<void> {
    const { index } = plan;
    if (this.#participants.has(index)) throw new Error(`participant ${index} has joined already`);
    const tracks = plan.publish.map((track, number) =>
      this.#clips.track(track, `${plan.identity}-${track.kind}-${number}`),
    );
    let flows = 0;
    const participant: Participant = new Participant({
      plan,
      token: admission.token,
      scheduledAt: this.#options.startedAtMs + scheduledAtMs,
      ...this.#target(admission.url),
      tracks,
      engine: this.#options,
      pump: this.#pump,
      book: this.#book,
      sampler: this.#sampler,
      nextFlow: () => index * FLOWS_PER_PARTICIPANT + (flows++ % FLOWS_PER_PARTICIPANT),
      onPeerOpened: (peer) => this.#byPeer.set(peer, participant),
      onPeerClosed: (peer) => this.#byPeer.delete(peer),
    });
    this.#participants.set(index, participant);
    await participant.join();
  }

  async leave(index: number): Promise<ParticipantLine> {
    const participant = this.#participants.get(index);
    if (participant === undefined) throw new Error(`participant ${index} is not here`);
    const line = await participant.leave();
    this.#participants.delete(index);
    return line;
  }

  /** What a participant currently knows of the others. Undefined before it starts to join and after it left. */
  view(index: number): ParticipantView | undefined {
    return this.#participants.get(index)?.view;
  }

  sample(): EngineSample {
    const joined = [...this.#participants.values()].filter(({ isIn }) => isIn).length;
    return this.#sampler.take(joined);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#watching !== null) clearTimeout(this.#watching);
    await Promise.all([...this.#participants.keys()].map((index) => this.leave(index)));
    this.#pump.close();
  }

  /** Checks the received media of all participants periodically. */
  #watchSoon(): void {
    this.#watching = setTimeout(async () => {
      await this.#sampler.readSoon();
      if (this.#closed) return;
      for (const participant of this.#participants.values()) participant.watch();
      this.#watchSoon();
    }, WATCH_EVERY_MS);
    this.#watching.unref();
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
