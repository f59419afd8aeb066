import { type Failure, failureOfError, type IceServer } from '@livekit-swarm/livekit';
import type { MediaPath } from '@livekit-swarm/scenario';
import type { Pump, SelectedPair } from '@livekit-swarm/webrtc';
import { messageOf } from '../client/message-of.ts';
import { type FailedPath, failureOfPath, notOffered } from './path-failures.ts';
import type { Route } from './route.ts';
import { tcpAddressOfCandidate } from './route.ts';
import { type TurnAddress, turnServers } from './turn-servers.ts';

export interface PeerPathsOptions {
  pump: Pick<Pump, 'connectStream' | 'addRelay' | 'abandonPaths'>;
  route: Pick<Route, 'resolve'>;
  path: MediaPath;
  turn: TurnAddress | null;
  /** Returns true when the remote of a peer certainly has no UDP candidate. */
  isWithoutUdp(peer: number): boolean;
  /** Media of the peer finds no way. */
  onFailed(peer: number, failure: Failure): void;
}

/** TCP connections to one remote: a restart of ICE begins new ones. */
const MAX_STREAMS = 3;

/** How long the candidates of a server follow each other, ms; and how long an address that is refused waits for one that is not. */
const CANDIDATES_WITHIN_MS = 500;
/** A server has sent its candidates by then, ms. */
const TCP_WITHIN_MS = 3_000;

interface PeerState {
  /** Whether the remote has described itself. */
  described: boolean;
  connected: boolean;
  streams: number;
  /** Paths under way. */
  pending: number;
  timers: Set<NodeJS.Timeout>;
}

/** How the peers of one participant reach the server where that is not UDP alone: TCP connections and TURN servers. */
export class PeerPaths {
  readonly #options: PeerPathsOptions;
  readonly #peers = new Map<number, PeerState>();
  #servers: readonly IceServer[] | null = null;
  #lastFailure: Failure | null = null;

  constructor(options: PeerPathsOptions) {
    this.#options = options;
  }

  /** Whether UDP to the node is used. */
  get usesUdp(): boolean {
    return this.#options.path === 'direct' || this.#options.path === 'auto';
  }

  /** What failed last: for a join that ran out of time. */
  get lastFailure(): Failure | null {
    return this.#lastFailure;
  }

  open(peer: number): void {
    if (this.#options.path === 'direct') return;
    const none = { described: false, connected: false, streams: 0, pending: 0 };
    this.#peers.set(peer, { ...none, timers: new Set() });
    if (this.#servers !== null) void this.#addRelays(peer, this.#servers);
  }

  close(peer: number): void {
    for (const timer of this.#peers.get(peer)?.timers ?? []) clearTimeout(timer);
    this.#peers.delete(peer);
  }

  /**
   * The remote has described itself: first, or because ICE restarts. A restart gets new allocations, as in browsers: the server may have lost those that
   * there are. Not earlier, as they would form pairs with the addresses of before.
   */
  described(peer: number): void {
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    if (!state.described) {
      state.described = true;
      return;
    }
    state.streams = 0;
    state.pending = 0;
    if (this.#servers !== null) void this.#addRelays(peer, this.#servers);
  }

  /** The network of the participant changed: its connections and allocations are of no use. ICE restarts next. */
  changeAddress(): void {
    for (const peer of this.#peers.keys()) this.#options.pump.abandonPaths(peer);
  }

  /** What the server offers, in place of what it offered before; allocations that follow use it. */
  offered(servers: readonly IceServer[]): void {
    const isFirst = this.#servers === null;
    this.#servers = servers;
    if (isFirst) for (const peer of this.#peers.keys()) void this.#addRelays(peer, servers);
  }

  onCandidate(peer: number, candidate: string): void {
    const { path, pump } = this.#options;
    const state = this.#peers.get(peer);
    if (state === undefined || (path !== 'ice-tcp' && path !== 'auto')) return;
    const address = tcpAddressOfCandidate(candidate);
    if (address === null) {
      // Only once: a server has its TCP candidates among the first.
      if (path === 'ice-tcp' && state.streams === 0 && state.timers.size === 0)
        this.#later(peer, TCP_WITHIN_MS, () => {
          if (state.streams === 0) this.#fail(peer, notOffered(path));
        });
      return;
    }
    if (state.streams >= MAX_STREAMS) return;
    state.streams += 1;
    try {
      pump.connectStream(peer, address);
      state.pending += 1;
    } catch (error) {
      this.#failed(peer, ofThisHost(error));
    }
  }

  /** The remote has sent its last candidate. */
  candidatesEnded(peer: number): void {
    const { path } = this.#options;
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    if (path === 'ice-tcp' && state.streams === 0) this.#fail(peer, notOffered(path));
    else if (path === 'auto' && this.#lastFailure !== null) this.#failed(peer, this.#lastFailure);
  }

  onConnected(peer: number): void {
    const state = this.#peers.get(peer);
    if (state !== undefined) state.connected = true;
  }

  onFailed(peer: number, failed: FailedPath & { ended: boolean }): void {
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    if (failed.ended) state.pending -= 1;
    const failure = failureOfPath(failed);
    if (failed.ended) this.#failed(peer, failure);
    else {
      this.#lastFailure = failure;
      this.#later(peer, CANDIDATES_WITHIN_MS, () => this.#fail(peer, failure));
    }
  }

  async #addRelays(peer: number, offered: readonly IceServer[]): Promise<void> {
    const { path, turn, pump, route } = this.#options;
    if (path === 'ice-tcp') return;
    const servers = turnServers(offered, path, turn);
    if (servers.length === 0 && path !== 'auto') {
      this.#failed(peer, notOffered(path));
      return;
    }
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    state.pending += servers.length;
    await Promise.all(
      servers.map(async ({ host, port, ...server }) => {
        try {
          const [found] = await route.resolve(host);
          if (found === undefined || !this.#peers.has(peer)) return;
          const address = found.family === 6 ? `[${found.address}]` : found.address;
          pump.addRelay(peer, { address: `${address}:${port}`, ...server });
        } catch (error) {
          state.pending -= 1;
          this.#failed(peer, isLookup(error) ? failureOfError(error, host) : ofThisHost(error));
        }
      }),
    );
  }

  /** A path has ended: fatal for a peer that has no other. */
  #failed(peer: number, failure: Failure): void {
    this.#lastFailure = failure;
    const state = this.#peers.get(peer);
    if (state === undefined || state.pending > 0 || !this.#isLastPath(peer)) return;
    // A connected peer disconnects, and recovers from that.
    if (!state.connected) this.#later(peer, 0, () => this.#fail(peer, failure));
  }

  #fail(peer: number, failure: Failure): void {
    const state = this.#peers.get(peer);
    if (state !== undefined && !state.connected && this.#isLastPath(peer))
      this.#options.onFailed(peer, failure);
  }

  /** Returns true when a peer has no path besides those that this class manages. */
  #isLastPath(peer: number): boolean {
    return this.#options.path !== 'auto' || this.#options.isWithoutUdp(peer);
  }

  #later(peer: number, ms: number, act: () => void): void {
    const timers = this.#peers.get(peer)?.timers;
    const timer = setTimeout(() => {
      timers?.delete(timer);
      act();
    }, ms);
    timers?.add(timer);
  }
}

/** How media reaches the server, as the record has it. */
export const selectedPairOf = (pair: SelectedPair) => ({
  path: pair.path,
  localCandidate: pair.localCandidate,
  remoteCandidate: pair.remoteCandidate,
  protocol: pair.protocol,
  ...(pair.allocationMs !== undefined && { allocationMs: Math.round(pair.allocationMs * 10) / 10 }),
});

const isLookup = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && error.syscall === 'getaddrinfo';

const ofThisHost = (error: unknown): Failure => ({
  reason: 'no_socket',
  message: `this host opened no connection for media (${messageOf(error)})`,
  hint: 'check the routes, the limits and the firewall of this host',
  retryable: true,
});
