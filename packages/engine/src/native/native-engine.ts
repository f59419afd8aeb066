import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { type Deployment, deploymentAt, failureOf } from '@livekit-swarm/livekit';
import { LEFT_WHILE_JOINING, type ParticipantLine } from '@livekit-swarm/record';
import type { ParticipantPlan } from '@livekit-swarm/scenario';
import { openPump, type Pump, type PumpEvent } from '@livekit-swarm/webrtc';
import type { Admission, Engine, EngineOptions, EngineSample } from '../engine.ts';
import { Clips } from './clips.ts';
import { Participant, type ParticipantView } from './participant.ts';
import { Sampler } from './sampler.ts';
import { StreamBook } from './stream-book.ts';

/** A deployment, and the address from which it is reached. */
interface Target {
  deployment: Deployment;
  localAddress: string;
}

/** Flows of data that one participant may begin in a run, reconnects included. */
const FLOWS_PER_PARTICIPANT = 256;

/** How often received media is checked where it is watched, ms; often enough to report an interruption while it lasts. */
const WATCH_EVERY_MS = 200;

/** The engine for density: signalling in TypeScript, packets in the addon's threads. One per process. */
export class NativeEngine implements Engine {
  readonly name = 'native';
  readonly #options: EngineOptions;
  readonly #pump: Pump;
  readonly #clips: Clips;
  readonly #book = new StreamBook();
  readonly #sampler: Sampler;
  readonly #participants = new Map<number, Participant>();
  readonly #byPeer = new Map<number, Participant>();
  /** Participants whose server address is being looked up. */
  readonly #departing = new Map<number, ParticipantPlan>();
  /** Participants whose server address was not found. */
  readonly #rejected = new Map<number, ParticipantLine>();
  readonly #targets = new Map<string, Promise<Target>>();
  #closed = false;
  #watching: NodeJS.Timeout | null = null;

  /** @throws Error when the addon is missing or does not fit this host */
  constructor(options: EngineOptions, open: typeof openPump = openPump) {
    this.#options = options;
    this.#pump = open({ threads: options.threads }, (events) => this.#onPump(events));
    this.#clips = new Clips(this.#pump);
    this.#sampler = new Sampler(this.#pump, this.#book);
    if (options.watchMedia === true) this.#watchSoon();
  }

  async join(plan: ParticipantPlan, admission: Admission, scheduledAtMs: number): Promise<void> {
    const { index } = plan;
    if (this.#participants.has(index) || this.#departing.has(index))
      throw new Error(`participant ${index} has joined already`);
    this.#departing.set(index, plan);
    const tracks = plan.publish.map((track, number) =>
      this.#clips.track(track, `${plan.identity}-${track.kind}-${number}`),
    );
    let target: Target;
    try {
      target = await this.#target(admission.url);
    } catch (error) {
      if (this.#departing.delete(index)) this.#refuse(plan, error);
      return;
    }
    if (!this.#departing.delete(index) || this.#closed) return;
    let flows = 0;
    const participant: Participant = new Participant({
      plan,
      token: admission.token,
      scheduledAt: this.#options.startedAtMs + scheduledAtMs,
      ...target,
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
    const departing = this.#departing.get(index);
    const rejected = this.#rejected.get(index);
    const participant = this.#participants.get(index);
    if (rejected !== undefined) {
      this.#rejected.delete(index);
      return rejected;
    }
    if (departing !== undefined) {
      this.#departing.delete(index);
      return this.#absence(departing, LEFT_WHILE_JOINING);
    }
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

  #target(url: string): Promise<Target> {
    const known = this.#targets.get(url);
    if (known !== undefined) return known;
    const target = (async () => {
      const deployment = deploymentAt(url, this.#options.signalling);
      return { deployment, localAddress: await localAddressTowards(deployment.url.host) };
    })();
    this.#targets.set(url, target);
    // A name that does not resolve now may do so at the next attempt.
    target.catch(() => this.#targets.delete(url));
    return target;
  }

  #refuse(plan: ParticipantPlan, error: unknown): void {
    const failure = failureOf(error);
    // Other errors come from the name lookup or the routing table.
    const line = this.#absence(
      plan,
      failure.reason === 'internal' ? 'unreachable' : failure.reason,
    );
    this.#rejected.set(plan.index, line);
    const { at, identity, group, room, role } = line;
    this.#options.onEvent({
      type: 'event',
      at,
      event: 'join_failed',
      identity,
      group,
      room,
      role,
      reason: line.reason ?? 'unreachable',
      message: failure.message,
    });
  }

  /** The line of a participant that never started. */
  #absence(
    { identity, group, room, role, joinAtMs, leaveAtMs, expectedTracks }: ParticipantPlan,
    reason: string,
  ): ParticipantLine {
    const { startedAtMs, shard = 0 } = this.#options;
    const nothing = { joinTimeMs: null, resumes: 0, reconnects: 0, tracks: [] };
    return {
      type: 'participant',
      at: Date.now() - startedAtMs,
      shard,
      identity,
      group,
      room,
      role,
      joinAtMs,
      leaveAtMs,
      outcome: 'join_failed',
      reason,
      expectedTracks,
      ...nothing,
    };
  }

  #onPump(events: PumpEvent[]): void {
    for (const event of events) this.#byPeer.get(event.peer)?.onPump(event);
  }
}

/**
 * The address that the operating system would send from to reach `host`: connecting a UDP socket asks its routing table and sends nothing.
 * A loopback host gives a loopback address.
 * @throws Error when the name does not resolve or no route leads there
 */
export const localAddressTowards = async (host: string): Promise<string> => {
  const { address } = await lookup(host.replace(/^\[|\]$/g, ''));
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Any port: the discard service's, which nothing is sent to.
      socket.connect(9, address, resolve);
    });
    return socket.address().address;
  } finally {
    socket.close();
  }
};
