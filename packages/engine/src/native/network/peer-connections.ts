import type {
  ExtensionIds,
  Failure,
  IceCredentials,
  IceServer,
  LocalPeer,
  PeerTransport,
  RemotePeer,
} from '@livekit-swarm/livekit';
import type { MediaPath, NetworkImpairment } from '@livekit-swarm/scenario';
import type { PeerOptions, Pump, PumpEvent } from '@livekit-swarm/webrtc';
import type { ParticipantKeys } from '../media/participant-keys.ts';
import type { RoomPublishers } from '../streams/remote-publishers.ts';
import type { StreamEnds } from '../streams/stream-ends.ts';
import type {
  DownStream,
  Owner,
  Peer,
  StreamRegistry,
  UpStream,
} from '../streams/stream-registry.ts';
import { OfferedCandidates } from './offered-candidates.ts';
import { PeerPaths, selectedPairOf } from './peer-paths.ts';
import { PeerSockets, type PeerSocketsOptions } from './peer-sockets.ts';
import type { Family, Route } from './route.ts';
import type { TurnAddress } from './turn-servers.ts';

export interface PeerConnectionsOptions extends PeerSocketsOptions {
  registry: StreamRegistry;
  owner: Owner;
  /** Number of the participant in the run (`ParticipantPlan`). */
  index: number;
  network: NetworkImpairment | null;
  /** True if the participant adapts its bit rate to the bandwidth that it estimates. */
  rateAdaptation: boolean;
  /** True if data messages of others are read, and not only counted. */
  readsMessages: boolean;
  path: MediaPath;
  /** Address to use in place of the TURN servers that the deployment names; null: use those. */
  turn: TurnAddress | null;
  route: Route;
  keys: Pick<ParticipantKeys, 'current'>;
  publishers: RoomPublishers;
  ends: StreamEnds;
  /** Stop the streams of a peer that is about to close. @returns those streams */
  stopStreams(peer: number): (UpStream | DownStream)[];
  /** Report that the path of the plan has failed. */
  onPathFailed(peer: number, failure: Failure): void;
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}

/** Number of connections of a participant with different seeds, reconnects included. */
const PEERS_PER_PARTICIPANT = 64;

/** Peer connections of one participant in the pump, closed ones included. */
export class PeerConnections implements PeerTransport {
  readonly #options: PeerConnectionsOptions;
  readonly #all = new Map<number, Peer>();
  readonly #sockets: PeerSockets;
  readonly #offered: OfferedCandidates;
  readonly #paths: PeerPaths;
  /** New candidates of peers whose addresses changed, until ICE restarts. */
  readonly #moved = new Map<number, string[]>();
  #route: Route;
  #selectedPair: ReturnType<typeof selectedPairOf> | null = null;
  #addressFamily: Family | null = null;

  constructor(options: PeerConnectionsOptions) {
    this.#options = options;
    const { pump, route, path, turn, onPathFailed } = options;
    this.#route = route;
    this.#sockets = new PeerSockets(options);
    this.#offered = new OfferedCandidates({
      path,
      ports: () => this.#route.ports,
      onFailed: onPathFailed,
    });
    this.#paths = new PeerPaths({
      ...{ pump, route, path, turn, onFailed: onPathFailed },
      isWithoutUdp: (peer) => this.#offered.isWithoutUdp(peer),
    });
  }

  /** All peers, closed ones included. */
  get all(): Peer[] {
    return [...this.#all.values()];
  }

  /** Candidate pair that ICE selected for the last peer that connected; null: none. */
  get selectedPair(): ReturnType<typeof selectedPairOf> | null {
    return this.#selectedPair;
  }

  /** Address family of the last peer that connected; null: none. */
  get addressFamily(): Family | null {
    return this.#addressFamily;
  }

  /** Use another deployment for peers that are opened later. */
  use(route: Route): void {
    this.#route = route;
  }

  async prepare(): Promise<void> {
    await this.#route.prepare();
  }

  openPeer(): LocalPeer {
    const { pump, registry, owner, network, rateAdaptation, readsMessages, publishers } =
      this.#options;
    const dataCohort = registry.cohorts.numberOf({
      labels: { direction: 'down', kind: 'data', ...owner, codec: 'data' },
      // A message does not show its sender: if any sender is on another host, all messages count
      // for the other hosts.
      ...publishers.ofData(),
    });
    const impairment = network !== null && { impairment: { ...network, seed: this.#seed() } };
    const local = this.#open({
      ...impairment,
      ...(rateAdaptation && { rateAdaptation }),
      ...(readsMessages && { deliverMessages: true }),
      ...(dataCohort !== undefined && { dataCohort }),
    });
    const peer: Peer = { owner, stats: null, taken: null, ended: false, flows: new Map() };
    this.#all.set(local.peer, peer);
    registry.peers.set(local.peer, peer);
    const key = this.#options.keys.current;
    if (key !== null) pump.setDataKeys(local.peer, key.keyRing);
    this.#options.onPeerOpened(local.peer);
    this.#paths.open(local.peer);
    return local;
  }

  #open(options: PeerOptions): LocalPeer {
    if (this.#paths.usesUdp) return this.#sockets.open(this.#route, options);
    const { candidate: _, ...local } = this.#options.pump.createPeer(null, options);
    return { ...local, candidates: [] };
  }

  connectPeer(peer: number, remote: RemotePeer): void {
    this.#options.pump.setRemote(peer, remote);
    this.#offered.described(peer);
    this.#paths.described(peer);
  }

  setExtensions(peer: number, ids: ExtensionIds): void {
    this.#options.pump.setExtensions(peer, ids);
  }

  addCandidate(peer: number, candidate: string): void {
    this.#options.pump.addRemoteCandidate(peer, candidate);
    this.#offered.onCandidate(peer, candidate);
    this.#paths.onCandidate(peer, candidate);
    this.#sockets.onCandidate(peer, candidate);
  }

  candidatesEnded(peer: number): void {
    this.#offered.ended(peer);
    this.#paths.candidatesEnded(peer);
  }

  joinedNode(nodeId: string): void {
    this.#offered.joined(nodeId);
  }

  iceServers(servers: readonly IceServer[]): void {
    this.#paths.offered(servers);
  }

  pathFailure(): Failure | null {
    return this.#paths.lastFailure ?? this.#offered.failure;
  }

  localSendError(): string | null {
    return this.#sockets.sendError;
  }

  /** Note that a path of a peer failed, and fail the peer if it has no other. */
  pathFailed(event: Extract<PumpEvent, { type: 'path_failed' }>): void {
    this.#paths.onFailed(event.peer, event);
  }

  /** Note that ICE has connected a peer, whatever candidates were sent. */
  iceConnected(peer: number): void {
    this.#sockets.settle(peer);
    this.#offered.connected();
    this.#paths.onConnected(peer);
  }

  /** Note that media can flow to and from a peer. */
  connected({ peer, family }: Extract<PumpEvent, { type: 'connected' }>): void {
    this.#addressFamily = family === 6 ? 6 : 4;
    const pair = this.#options.pump.selectedPair(peer);
    if (pair) this.#selectedPair = selectedPairOf(pair);
  }

  restartIce(peer: number): IceCredentials & { candidates?: string[] } {
    const candidates = this.#moved.get(peer);
    this.#moved.delete(peer);
    const credentials = this.#options.pump.restartIce(peer);
    return { ...credentials, ...(candidates !== undefined && { candidates }) };
  }

  /**
   * Change the network address of the participant: new sockets at once; their candidates,
   * connections and allocations are used with the next ICE restart.
   */
  changeAddress(): void {
    for (const [peer, candidates] of this.#sockets.changeAddress(this.#route))
      this.#moved.set(peer, candidates);
    this.#paths.changeAddress();
  }

  /** Encrypt and decrypt data with the current key of the participant from now on. */
  changeKey(): void {
    const { pump, keys } = this.#options;
    const key = keys.current;
    if (key === null) return;
    for (const [peer, { ended }] of this.#all) {
      if (ended) continue;
      pump.setDataKeys(peer, key.keyRing);
      pump.setDataFlowKey(peer, key.keyRing, key.keyIndex);
    }
  }

  closePeer(peer: number): void {
    this.#end(peer, (pump) => pump.closePeer(peer));
  }

  dropPeer(peer: number): void {
    this.#end(peer, (pump) => pump.dropPeer(peer));
  }

  #end(peer: number, end: (pump: Pump) => void): void {
    this.#sockets.close(peer);
    this.#offered.close(peer);
    this.#paths.close(peer);
    const { pump, ends, stopStreams, onPeerClosed } = this.#options;
    const streams = stopStreams(peer);
    ends.afterRead(streams.length > 0, () => {
      for (const stream of streams) stream.ended = true;
      const entry = this.#all.get(peer);
      if (entry !== undefined) {
        entry.ended = true;
        for (const flow of entry.flows.values()) flow.ended = true;
      }
      end(pump);
      onPeerClosed(peer);
    });
  }

  /**
   * Seed of a new connection: the same for the same participant of the same plan, and different for
   * each of its connections.
   */
  #seed(): number {
    const { index } = this.#options;
    return (index * PEERS_PER_PARTICIPANT + (this.#all.size % PEERS_PER_PARTICIPANT)) % 2 ** 32;
  }
}
