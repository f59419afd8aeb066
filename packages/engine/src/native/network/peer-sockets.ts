import type { LocalPeer } from '@livekit-swarm/livekit';
import type { PeerOptions, Pump } from '@livekit-swarm/webrtc';
import { LocalSockets } from './local-sockets.ts';
import { rejectionOf } from './rejected-sends.ts';
import { addressOfCandidate, type Route } from './route.ts';

export interface PeerSocketsOptions {
  pump: Pump;
  /** Report that the remote has candidates, and this host reaches none of them. */
  onUnusable(peer: number, state: 'no_route' | 'no_socket'): void;
}

/** Sockets of one participant's open peers. */
export class PeerSockets {
  readonly #options: PeerSocketsOptions;
  readonly #byPeer = new Map<number, LocalSockets>();

  constructor(options: PeerSocketsOptions) {
    this.#options = options;
  }

  /** Open a peer with sockets on the local addresses of the route; only the first is required. */
  open(route: Route, options: PeerOptions): LocalPeer {
    const { pump, onUnusable } = this.#options;
    const [first = '', ...others] = route.localAddresses;
    const { candidate, ...local } = pump.createPeer(first, options);
    const bound = [first];
    const candidates = [candidate];
    for (const other of others) {
      try {
        candidates.push(pump.addLocalAddress(local.peer, other));
        bound.push(other);
      } catch {
        // A candidate of the remote that needs this address tries again.
      }
    }
    const sockets = new LocalSockets({
      route,
      bound,
      bind: (address) => void pump.addLocalAddress(local.peer, address),
      onUnusable: (reason) => onUnusable(local.peer, reason),
    });
    this.#byPeer.set(local.peer, sockets);
    return { ...local, candidates };
  }

  onCandidate(peer: number, candidate: string): void {
    const remote = addressOfCandidate(candidate);
    if (remote !== null) this.#byPeer.get(peer)?.onCandidate(remote);
  }

  /** Stop waiting for usable candidates: ICE has connected the peer. */
  settle(peer: number): void {
    this.#byPeer.get(peer)?.settle();
  }

  /** Error with which this host refused to send for the open peers; null: none. */
  get sendError(): string | null {
    for (const peer of this.#byPeer.keys()) {
      const code = rejectionOf(this.#options.pump.controlSends(peer));
      if (code !== null) return code;
    }
    return null;
  }

  /** Replace the sockets of all open peers. @returns the new candidates of each peer */
  changeAddress(route: Route): Map<number, string[]> {
    return new Map(
      [...this.#byPeer.keys()].map((peer) => [
        peer,
        route.localAddresses.flatMap((local) => {
          try {
            return [this.#options.pump.changeAddress(peer, local)];
          } catch {
            // The peer has no socket of this family.
            return [];
          }
        }),
      ]),
    );
  }

  close(peer: number): void {
    this.#byPeer.get(peer)?.close();
    this.#byPeer.delete(peer);
  }
}
