import { type Failure, failureOfError, type IceServer } from '@livekit-swarm/livekit';
import type { MediaPath } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { Pump, SelectedPair } from '@livekit-swarm/webrtc';
import { type FailedPath, failureOfPath, notOffered } from './path-failures.ts';
import type { Route } from './route.ts';
import { tcpAddressOfCandidate } from './route.ts';
import { type TurnAddress, turnServers } from './turn-servers.ts';

export interface PeerPathsOptions {
  pump: Pick<Pump, 'connectStream' | 'addRelay' | 'abandonPaths'>;
  route: Pick<Route, 'resolve'>;
  path: MediaPath;
  turn: TurnAddress | null;
  /** Check whether the remote of a peer certainly has no UDP candidate. */
  isWithoutUdp(peer: number): boolean;
  /** Report that no path is left for media of the peer. */
  onFailed(peer: number, failure: Failure): void;
}

/** Largest number of TCP connections to one remote; an ICE restart opens new ones. */
const MAX_STREAMS = 3;

/**
 * Longest interval between candidates of a server, ms: an address that is refused waits as long for
 * another one.
 */
const CANDIDATES_WITHIN_MS = 500;
/** Time within which a server has sent its TCP candidates, ms. */
const TCP_WITHIN_MS = 3_000;

interface PeerState {
  /** True once the description of the remote has arrived. */
  described: boolean;
  connected: boolean;
  streams: number;
  /** Number of paths that may still succeed. */
  pending: number;
  timers: Set<NodeJS.Timeout>;
}

/**
 * Paths of one participant's peers to the server other than UDP: TCP connections and TURN servers.
 */
export class PeerPaths {
  readonly #options: PeerPathsOptions;
  readonly #peers = new Map<number, PeerState>();
  #servers: readonly IceServer[] | null = null;
  #lastFailure: Failure | null = null;

  constructor(options: PeerPathsOptions) {
    this.#options = options;
  }

  /** True if the path uses UDP to the node. */
  get usesUdp(): boolean {
    return this.#options.path === 'direct' || this.#options.path === 'auto';
  }

  /** Last failure of a path, for a join that timed out. */
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
   * Note a description of the remote: the first one, or one of an ICE restart. A restart gets new
   * allocations, as in browsers, because the server may have lost the earlier ones. They are not
   * made earlier: they would form pairs with the previous addresses.
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

  /**
   * Abandon the connections and allocations of the previous network address. An ICE restart
   * follows.
   */
  changeAddress(): void {
    for (const peer of this.#peers.keys()) this.#options.pump.abandonPaths(peer);
  }

  /** Set the TURN servers that the server offers now; later allocations use them. */
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
      // Only the first candidate sets the timer: a server sends its TCP candidates among the first.
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

  /** Note that the remote has sent its last candidate. */
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

  /** Note the end of a path: fatal for a peer without another one. */
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

  /** Check whether a peer has no path besides those of this class. */
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

/** Way of media to the server, in the form of the record. */
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
