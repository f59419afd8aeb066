import type { Failure } from '@livekit-swarm/livekit';
import type { MediaPath } from '@livekit-swarm/scenario';
import type { NodePorts } from './node-ports.ts';
import { SETTINGS } from './path-failures.ts';

export interface OfferedCandidatesOptions {
  path: MediaPath;
  /** UDP ports of the deployment's nodes; the deployment may change with each join. */
  ports(): NodePorts;
  /** Report that media of the peer can reach no candidate of the server. */
  onFailed(peer: number, failure: Failure): void;
}

/**
 * Time that a peer waits for its first candidate from a node that has given UDP ports before, ms. A
 * livekit-server without candidates does not announce their end; one with candidates sends them
 * with its description.
 */
const FIRST_WITHIN_MS = 3_000;
/**
 * Time from the end of the candidates to their check, ms: if other participants get ports of the
 * node meanwhile, it has some left.
 */
const OTHERS_WITHIN_MS = 250;

interface PeerCandidates {
  udp: boolean;
  /** `ADDRESS:PORT` of the first TCP candidate; null: none. */
  tcp: string | null;
  ended: boolean;
  timer: NodeJS.Timeout | null;
}

/**
 * Kinds of candidates that a server sends for the peers of one participant. A join without a UDP
 * candidate fails once the server has sent its last candidate, because waiting cannot help. A
 * recovery does not fail: livekit-server offers no UDP to a client for which UDP failed before.
 */
export class OfferedCandidates {
  readonly #options: OfferedCandidatesOptions;
  readonly #peers = new Map<number, PeerCandidates>();
  #node = '';
  /** True once a peer had a UDP candidate, or connected. */
  #hadPath = false;

  constructor(options: OfferedCandidatesOptions) {
    this.#options = options;
  }

  joined(node: string): void {
    this.#node = node;
  }

  /**
   * Start to wait for candidates: the description of the remote has arrived, with its candidates or
   * before them.
   */
  described(peer: number): void {
    this.close(peer);
    const timer = setTimeout(() => this.#check(peer), FIRST_WITHIN_MS);
    this.#peers.set(peer, { udp: false, tcp: null, ended: false, timer });
  }

  onCandidate(peer: number, candidate: string): void {
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    const [, , transport = '', , address = '', port = ''] = candidate.split(' ');
    if (transport.toLowerCase() === 'tcp') {
      state.tcp ??= `${address}:${port}`;
      return;
    }
    state.udp = true;
    this.#hadPath = true;
    if (/ typ host( |$)/.test(candidate)) this.#options.ports().add(this.#node, Number(port));
  }

  ended(peer: number): void {
    const state = this.#peers.get(peer);
    if (state === undefined) return;
    state.ended = true;
    if (state.timer !== null) clearTimeout(state.timer);
    state.timer = setTimeout(() => this.#check(peer), OTHERS_WITHIN_MS);
  }

  connected(): void {
    this.#hadPath = true;
  }

  close(peer: number): void {
    const timer = this.#peers.get(peer)?.timer ?? null;
    if (timer !== null) clearTimeout(timer);
    this.#peers.delete(peer);
  }

  /** Check whether the server certainly has no UDP candidate for a peer. */
  isWithoutUdp(peer: number): boolean {
    const { ended, udp } = this.#peers.get(peer) ?? { ended: false, udp: false };
    return ended && !udp;
  }

  /** Cause of a join that timed out; null: candidates are not the cause. */
  get failure(): Failure | null {
    const bare = [...this.#peers.values()].find(({ udp, tcp }) => !udp && tcp === null);
    return this.#hadPath || bare === undefined ? null : this.#failureOf(bare);
  }

  #check(peer: number): void {
    const state = this.#peers.get(peer);
    if (state === undefined || state.udp || this.#hadPath || this.#options.path === 'ice-tcp')
      return;
    if (this.#options.path === 'auto' && state.tcp !== null) return;
    // A list whose end was not announced may only be late.
    const isKnown = state.tcp === null && this.#options.ports().of(this.#node).length > 0;
    if (state.ended || isKnown) this.#options.onFailed(peer, this.#failureOf(state));
  }

  #failureOf({ tcp }: PeerCandidates): Failure {
    const ports = this.#options.ports().of(this.#node);
    const [first] = ports;
    if (first !== undefined) return portsExhausted(this.#node, first, ports);
    return tcp === null ? NO_CANDIDATES : tcpOnly(tcp, this.#options.path);
  }
}

const portsExhausted = (node: string, first: number, ports: readonly number[]): Failure => ({
  reason: 'udp_ports_exhausted',
  message: `node ${node} has no UDP port left for this participant: earlier ones got ${ports.length === 1 ? `port ${first}` : `${ports.length} ports from ${first} to ${ports.at(-1)}`}`,
  hint: SETTINGS.udp_ports_exhausted,
  retryable: true,
});

const NO_CANDIDATES: Failure = {
  reason: 'no_candidates',
  message: 'the server sent no candidate: it has no address and port for media',
  hint: SETTINGS.no_candidates,
  retryable: true,
};

const tcpOnly = (tcp: string, path: MediaPath): Failure => ({
  reason: 'udp_not_offered',
  message: `the server offers TCP only, at ${tcp} (rtc.force_tcp, or no UDP port)${path === 'direct' ? '' : ', and a TURN server relays to UDP alone'}`,
  hint: SETTINGS.udp_not_offered,
  retryable: false,
});
