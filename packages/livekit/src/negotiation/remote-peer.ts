import type { ExtensionIds, LocalPeer, PeerTransport } from '../media-plane.ts';
import type { RemoteDescription } from '../sdp/read.ts';

/**
 * Largest number of candidates of one description: a server has one for each address and port, and
 * each costs checks (RFC 8445 §6.1.2.5).
 */
const MAX_CANDIDATES = 100;

/**
 * Transport of one PeerConnection. Applies the remote's transport when it is new or restarted, and
 * holds remote candidates until their description arrives: a handshake without the fingerprint
 * fails.
 */
export class RemotePeerLink {
  readonly local: LocalPeer;
  readonly #peers: PeerTransport;
  #credentials = '';
  #extensions = '';
  #held: string[] | null = [];
  /** True when the last candidate has arrived before the description. */
  #heldAll = false;
  #candidates = 0;

  constructor(peers: PeerTransport) {
    this.#peers = peers;
    this.local = peers.openPeer();
  }

  get peer(): number {
    return this.local.peer;
  }

  /**
   * Expects new credentials in the next description, and queues candidates that arrive before it.
   */
  restart(): void {
    Object.assign(this.local, this.#peers.restartIce(this.local.peer));
    this.#held ??= [];
    this.#heldAll = false;
  }

  /** Returns true when the ICE credentials differ from those of the last description. */
  isRestart({ transport }: RemoteDescription): boolean {
    return this.#credentials !== '' && this.#credentials !== credentialsOf(transport);
  }

  /** @param offered true when the description was an offer of the remote */
  apply({ transport, extensions }: RemoteDescription, offered: boolean): void {
    const credentials = credentialsOf(transport);
    if (credentials !== this.#credentials) {
      this.#credentials = credentials;
      this.#peers.connectPeer(this.peer, {
        ufrag: transport.ufrag,
        pwd: transport.pwd,
        fingerprint: transport.fingerprint,
        // An offer is answered with `active`; an answer of the server implies the other role (RFC
        // 8842 §5).
        dtlsRole: offered || transport.setup === 'passive' ? 'client' : 'server',
        // The offerer controls, unless the other side is ICE-lite, which never does (RFC 8445
        // §6.1.1).
        controlling: !offered || transport.iceLite,
        dataChannels: transport.dataChannels,
      });
      // A later description repeats the candidates.
      this.#candidates = 0;
      for (const candidate of transport.candidates) this.#use(candidate);
      this.#heldAll ||= transport.candidatesEnded;
    }
    this.#updateExtensions(extensions);
    for (const candidate of this.#held ?? []) this.#use(candidate);
    this.#held = null;
    if (this.#heldAll) this.endOfCandidates();
    this.#heldAll = false;
  }

  addCandidate(candidate: string): void {
    if (candidate === '') return;
    if (this.#held === null) this.#use(candidate);
    else if (this.#held.length < MAX_CANDIDATES) this.#held.push(candidate);
  }

  /** Ends the candidates of the remote (RFC 8838 §8.2). */
  endOfCandidates(): void {
    if (this.#held === null) this.#peers.candidatesEnded?.(this.peer);
    else this.#heldAll = true;
  }

  #use(candidate: string): void {
    if (this.#candidates >= MAX_CANDIDATES) return;
    this.#candidates++;
    this.#peers.addCandidate(this.peer, candidate);
  }

  #updateExtensions(ids: ExtensionIds): void {
    const key = JSON.stringify(Object.entries(ids).sort());
    if (key === this.#extensions) return;
    this.#extensions = key;
    this.#peers.setExtensions(this.peer, ids);
  }
}

const credentialsOf = ({ ufrag, pwd }: { ufrag: string; pwd: string }) => `${ufrag}:${pwd}`;
