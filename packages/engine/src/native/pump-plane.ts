import {
  type DataChannel,
  dataTemplate,
  type ExtensionIds,
  encryptedDataTemplate,
  type Failure,
  type IceCredentials,
  type IceServer,
  type LocalPeer,
  type MediaPlane,
  type ReceiveStream,
  type RemotePeer,
  type RemoteTrack,
  type Rid,
  type SendStream,
} from '@livekit-swarm/livekit';
import type { DataTraffic, MediaPath, NetworkImpairment } from '@livekit-swarm/scenario';
import {
  DATA_STAMP_BYTES,
  type DataFlowOptions,
  type PeerOptions,
  type Pump,
  type PumpEvent,
} from '@livekit-swarm/webrtc';
import type { PublishedTrack } from './clips.ts';
import type { FrameKeyHandle } from './frame-keys.ts';
import { LocalSockets } from './local-sockets.ts';
import { OfferedCandidates } from './offered-candidates.ts';
import { PeerPaths, selectedPairOf } from './peer-paths.ts';
import { rejectionOf } from './rejected-sends.ts';
import type { RoomPublishers } from './remote-publishers.ts';
import type { SessionStreams } from './results.ts';
import { addressOfCandidate, type Route } from './route.ts';
import type { Sampler } from './sampler.ts';
import type { DownStream, Owner, Peer, StreamBook, UpStream } from './stream-book.ts';
import type { TurnAddress } from './turn-servers.ts';

export interface PumpPlaneOptions {
  pump: Pump;
  book: StreamBook;
  sampler: Sampler;
  owner: Owner;
  /** Number of the participant in the run (`ParticipantPlan`). */
  index: number;
  network: NetworkImpairment | null;
  /** True if the participant adapts its bit rate to the bandwidth that it estimates. */
  rateAdaptation: boolean;
  path: MediaPath;
  /** Address to use in place of the TURN servers that the deployment names; null: use those. */
  turn: TurnAddress | null;
  route: Route;
  cname: string;
  tracks: readonly PublishedTrack[];
  data: readonly DataTraffic[];
  /** Key at the start; null: no end-to-end encryption. */
  key: FrameKeyHandle | null;
  /** Bytes at the end of frames that the server inserts. */
  serverTrailer(): Uint8Array;
  /**
   * Report a track that is encrypted although this participant has no key, or the other way round.
   */
  onKeyMismatch(track: RemoteTrack): void;
  publishers: RoomPublishers;
  /** Number of a new data flow, unique in the run. */
  nextFlow(): number;
  describe(trackSid: string): RemoteTrack | undefined;
  /**
   * Report that an expected interruption of a track has ended. Present if received media is
   * watched.
   */
  onSilenceEnds?(trackSid: string): void;
  /** Report that the remote has candidates, and this host reaches none of them. */
  onUnusable(peer: number, state: 'no_route' | 'no_socket'): void;
  /** Report that the path of the plan has failed. */
  onPathFailed(peer: number, failure: Failure): void;
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}

/** One participant's part of the pump, with all its streams, ended ones included. */
export class PumpPlane implements MediaPlane {
  readonly #options: PumpPlaneOptions;
  readonly #up: UpStream[] = [];
  readonly #down: DownStream[] = [];
  readonly #peers = new Map<number, Peer>();
  /** Handles of senders by `cid rid`, of receivers by `peer mid`, and of remote tracks by sid. */
  readonly #senders = new Map<string, number>();
  readonly #receivers = new Map<string, number>();
  readonly #bySid = new Map<string, number>();
  /** Sockets of open peers. */
  readonly #sockets = new Map<number, LocalSockets>();
  readonly #openedChannels = new Set<string>();
  /** New candidates of peers whose addresses changed, until ICE restarts. */
  readonly #moved = new Map<number, string[]>();
  readonly #offered: OfferedCandidates;
  readonly #paths: PeerPaths;
  #route: Route;
  #key: FrameKeyHandle | null;
  #selectedPair: ReturnType<typeof selectedPairOf> | null = null;
  #finishing = false;

  constructor(options: PumpPlaneOptions) {
    this.#options = options;
    const { pump, route, path, turn, onPathFailed } = options;
    this.#route = route;
    this.#key = options.key;
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

  /** Counters of all streams, as of the last read of the pump. */
  get streams(): SessionStreams {
    const peers = [...this.#peers.values()];
    return {
      up: this.#up,
      down: this.#down,
      data: peers.flatMap(({ flows }) => [...flows.values()]),
      dataSent: {
        messages: peers.reduce((sum, { stats }) => sum + (stats?.dataMessagesSent ?? 0), 0),
        bytes: peers.reduce((sum, { stats }) => sum + (stats?.dataBytesSent ?? 0), 0),
      },
    };
  }

  /** From now on, end streams without reading their counters: that was done. */
  finish(): void {
    this.#finishing = true;
  }

  /** Use another deployment for peers that are opened later. */
  use(route: Route): void {
    this.#route = route;
  }

  async prepare(): Promise<void> {
    await this.#route.prepare();
  }

  openPeer(): LocalPeer {
    const { pump, book, owner, network, rateAdaptation, onPeerOpened } = this.#options;
    const dataCohort = book.cohorts.numberOf({
      labels: { direction: 'down', kind: 'data', ...owner, codec: 'data' },
      // A message does not show its sender: if any sender is on another host, all messages count
      // for the other hosts.
      ...this.#options.publishers.ofData(),
    });
    const impairment = network !== null && { impairment: { ...network, seed: this.#seed() } };
    const local = this.#openSockets({
      ...impairment,
      ...(rateAdaptation && { rateAdaptation }),
      ...(dataCohort !== undefined && { dataCohort }),
    });
    const peer: Peer = { owner, stats: null, taken: null, ended: false, flows: new Map() };
    this.#peers.set(local.peer, peer);
    book.peers.set(local.peer, peer);
    if (this.#key !== null) pump.setDataKeys(local.peer, this.#key.keyRing);
    onPeerOpened(local.peer);
    this.#paths.open(local.peer);
    return local;
  }

  /** Open a peer with sockets on the local addresses of the route; only the first is required. */
  #openSockets(options: PeerOptions): LocalPeer {
    const { pump, onUnusable } = this.#options;
    const route = this.#route;
    if (!this.#paths.usesUdp) {
      const { candidate: _, ...local } = pump.createPeer(null, options);
      return { ...local, candidates: [] };
    }
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
    this.#sockets.set(local.peer, sockets);
    return { ...local, candidates };
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
    const remote = addressOfCandidate(candidate);
    if (remote !== null) this.#sockets.get(peer)?.onCandidate(remote);
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

  /** Note that a path of a peer failed, and fail the peer if it has no other. */
  pathFailed(event: Extract<PumpEvent, { type: 'path_failed' }>): void {
    this.#paths.onFailed(event.peer, event);
  }

  /** Candidate pair that ICE selected for the last peer that connected; null: none. */
  get selectedPair(): ReturnType<typeof selectedPairOf> | null {
    return this.#selectedPair;
  }

  localSendError(): string | null {
    for (const peer of this.#sockets.keys()) {
      const code = rejectionOf(this.#options.pump.controlSends(peer));
      if (code !== null) return code;
    }
    return null;
  }

  /** Note that ICE has connected a peer, whatever candidates were sent. */
  iceConnected(peer: number): void {
    this.#sockets.get(peer)?.settle();
    this.#offered.connected();
    this.#paths.onConnected(peer);
  }

  /** Note that media can flow to and from a peer. */
  connected(peer: number): void {
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
    const { pump } = this.#options;
    const route = this.#route;
    for (const peer of this.#sockets.keys()) {
      const candidates = route.localAddresses.flatMap((local) => {
        try {
          return [pump.changeAddress(peer, local)];
        } catch {
          // The peer has no socket of this family.
          return [];
        }
      });
      this.#moved.set(peer, candidates);
    }
    this.#paths.changeAddress();
  }

  closePeer(peer: number): void {
    this.#endPeer(peer, (pump) => pump.closePeer(peer));
  }

  dropPeer(peer: number): void {
    this.#endPeer(peer, (pump) => pump.dropPeer(peer));
  }

  #endPeer(peer: number, end: (pump: Pump) => void): void {
    this.#sockets.get(peer)?.close();
    this.#sockets.delete(peer);
    this.#offered.close(peer);
    this.#paths.close(peer);
    const { pump, onPeerClosed } = this.#options;
    const senders = this.#up.filter((stream) => stream.peer === peer && !stream.ended);
    const receivers = this.#down.filter((stream) => stream.peer === peer && !stream.ended);
    for (const { handle } of senders) pump.setSenderActive(handle, false);
    this.#afterRead(senders.length + receivers.length > 0, () => {
      for (const stream of [...senders, ...receivers]) stream.ended = true;
      const entry = this.#peers.get(peer);
      if (entry !== undefined) {
        entry.ended = true;
        for (const flow of entry.flows.values()) flow.ended = true;
      }
      end(pump);
      onPeerClosed(peer);
    });
  }

  openChannel(peer: number, { label, ordered, maxRetransmits }: DataChannel): void {
    this.#openedChannels.add(`${peer} ${label}`);
    this.#options.pump.createDataChannel({ peer, label, ordered, maxRetransmits });
  }

  /**
   * Send data on a channel that is ready. As in the SDKs, only on channels that this side opened.
   */
  channelOpened(peer: number, label: string): void {
    if (!this.#openedChannels.has(`${peer} ${label}`)) return;
    const { pump, data, nextFlow } = this.#options;
    for (const { messagesPerSecond, bytes, reliable } of data) {
      if (label !== (reliable ? '_reliable' : '_lossy')) continue;
      pump.startDataFlow({
        peer,
        label,
        ...templateOf(bytes, reliable, this.#key),
        intervalMs: 1_000 / messagesPerSecond,
        flow: nextFlow(),
      });
    }
  }

  send(peer: number, stream: SendStream): void {
    const { pump, book, owner, cname, tracks } = this.#options;
    const track = tracks.find(({ spec }) => spec.cid === stream.cid);
    const index = track === undefined ? -1 : Math.max(0, RID_ORDER.indexOf(stream.rid ?? 'q'));
    const clip = track?.clips[index];
    const lowerClips = track?.lower?.[index];
    const layer = track?.spec.layers[index];
    if (clip === undefined || layer === undefined) return;
    const {
      mid,
      rid,
      ssrc,
      payloadType,
      rtxSsrc,
      rtxPayloadType,
      extensions,
      active,
      kind,
      codec,
      cid,
    } = stream;
    const handle = pump.addSender({
      peer,
      clip,
      ...(lowerClips !== undefined && { lowerClips }),
      mid,
      ...(rid !== null && { rid }),
      ssrc,
      payloadType,
      ...(rtxSsrc !== null && { rtxSsrc }),
      ...(rtxPayloadType !== null && { rtxPayloadType }),
      cname,
      extensions,
      frameMetadata: track?.spec.frameMetadata === true,
      active,
    });
    const { width, height } = layer;
    const counted = { handle, peer, owner, stats: null, taken: null, ended: false };
    const source = kind === 'video' && { source: track?.spec.source ?? 'camera' };
    const entry: UpStream = {
      ...counted,
      kind,
      codec,
      cid,
      ...source,
      layer: rid,
      first: index === 0,
      width,
      height,
    };
    this.#up.push(entry);
    this.#senders.set(`${cid} ${rid}`, handle);
    book.up.set(handle, entry);
  }

  setSending(cid: string, rid: Rid | null, active: boolean): void {
    const handle = this.#senders.get(`${cid} ${rid}`);
    if (handle !== undefined) this.#options.pump.setSenderActive(handle, active);
  }

  /** Play the current clip of a track with one layer. */
  playAgain(cid: string): void {
    const [clip] = this.#options.tracks.find(({ spec }) => spec.cid === cid)?.clips ?? [];
    const handle = this.#senders.get(`${cid} null`);
    if (clip !== undefined && handle !== undefined) this.#options.pump.setSenderClip(handle, clip);
  }

  /**
   * Use another key from now on, in both directions. Clips of the tracks are already encrypted with
   * it.
   */
  changeKey(key: FrameKeyHandle): void {
    const { pump, tracks, serverTrailer, describe } = this.#options;
    this.#key = key;
    for (const { handle, cid, layer, ended } of this.#up) {
      const index = Math.max(
        0,
        RID_ORDER.findIndex((rid) => rid === layer),
      );
      const clip = tracks.find(({ spec }) => spec.cid === cid)?.clips[index];
      if (!ended && clip !== undefined) pump.setSenderClip(handle, clip);
    }
    for (const { handle, trackSid, ended } of this.#down)
      if (!ended && describe(trackSid)?.encrypted === true)
        pump.setReceiverKeys(handle, key.keyRing, serverTrailer());
    for (const [peer, { ended }] of this.#peers) {
      if (ended) continue;
      pump.setDataKeys(peer, key.keyRing);
      pump.setDataFlowKey(peer, key.keyRing, key.keyIndex);
    }
  }

  stopSending(cid: string): void {
    const { pump } = this.#options;
    const senders = this.#up.filter((stream) => stream.cid === cid && !stream.ended);
    for (const { handle, layer } of senders) {
      pump.setSenderActive(handle, false);
      this.#senders.delete(`${cid} ${layer}`);
    }
    this.#afterRead(senders.length > 0, () => {
      for (const stream of senders) {
        if (stream.ended) continue;
        stream.ended = true;
        pump.removeSender(stream.handle);
      }
    });
  }

  /** Sid of the track that a receiver of the pump belongs to. */
  trackOf(receiver: number): string | undefined {
    return this.#options.book.down.get(receiver)?.trackSid;
  }

  receive(peer: number, stream: ReceiveStream): void {
    const { pump, book, owner, publishers, describe, onSilenceEnds } = this.#options;
    const key = this.#key;
    const { kind, mid, trackSid, ssrc, rtxSsrc, payloads, nack, pli, remb, muted } = stream;
    const track = describe(trackSid);
    const published = track?.codec || (payloads[0]?.codec ?? 'other');
    // Browsers publish Opus within RED (RFC 2198). The server unpacks it for subscribers without
    // RED, such as these.
    const codec = published === 'red' ? 'opus' : published;
    const cohort = book.cohorts.numberOf({
      labels: { direction: 'down', kind, ...owner, codec },
      ...publishers.ofMedia(track?.identity),
    });
    const handle = pump.addReceiver({
      peer,
      kind,
      mid,
      ...(ssrc !== null && { ssrc }),
      ...(rtxSsrc !== null && { rtxSsrc }),
      payloads: payloads.map(({ rtxPayloadType, ...payload }) => ({
        ...payload,
        ...(rtxPayloadType !== null && { rtxPayloadType }),
      })),
      nack,
      pli,
      remb,
      ...(cohort !== undefined && { cohort }),
    });
    const entry: DownStream = {
      handle,
      peer,
      owner,
      kind,
      codec,
      trackSid,
      silent: muted,
      stats: null,
      taken: null,
      ended: false,
      ...(onSilenceEnds !== undefined && { interruptions: [] }),
    };
    this.#down.push(entry);
    this.#receivers.set(`${peer} ${mid}`, handle);
    this.#bySid.set(trackSid, handle);
    book.down.set(handle, entry);
    if (muted) pump.setReceiverMuted(handle, true);
    if (track?.encrypted === true && key !== null)
      pump.setReceiverKeys(handle, key.keyRing, this.#options.serverTrailer());
    else if (track !== undefined && track.encrypted !== (key !== null))
      this.#options.onKeyMismatch(track);
  }

  stopReceiving(peer: number, mid: string): void {
    const key = `${peer} ${mid}`;
    const handle = this.#receivers.get(key);
    if (handle === undefined) return;
    this.#receivers.delete(key);
    const entry = this.#options.book.down.get(handle);
    // No more media is expected: the time until the removal is not an interruption.
    this.#options.pump.setReceiverMuted(handle, true);
    if (entry !== undefined && this.#bySid.get(entry.trackSid) === handle)
      this.#bySid.delete(entry.trackSid);
    this.#afterRead(true, () => {
      if (entry === undefined || entry.ended) return;
      entry.ended = true;
      this.#options.pump.removeReceiver(handle);
    });
  }

  setMuted(trackSid: string, muted: boolean): void {
    const handle = this.#bySid.get(trackSid);
    if (handle === undefined) return;
    this.#options.pump.setReceiverMuted(handle, muted);
    const entry = this.#options.book.down.get(handle);
    if (entry === undefined) return;
    if (entry.silent && !muted) this.#options.onSilenceEnds?.(trackSid);
    entry.silent = muted;
  }

  /**
   * Seed of a new connection: the same for the same participant of the same plan, and different for
   * each of its connections.
   */
  #seed(): number {
    return (
      (this.#options.index * PEERS_PER_PARTICIPANT + (this.#peers.size % PEERS_PER_PARTICIPANT)) %
      2 ** 32
    );
  }

  /** End a stream after its counters were read: the pump drops them with the stream. */
  #afterRead(needed: boolean, end: () => void): void {
    if (!needed || this.#finishing) end();
    else void this.#options.sampler.readSoon().then(end);
  }
}

const templateOf = (
  bytes: number,
  reliable: boolean,
  key: FrameKeyHandle | null,
): Pick<DataFlowOptions, 'template' | 'stampOffset' | 'encryption'> => {
  if (key === null) {
    const { bytes: template, stampOffset } = dataTemplate(bytes, DATA_STAMP_BYTES, reliable);
    return { template, stampOffset };
  }
  const message = encryptedDataTemplate(bytes, DATA_STAMP_BYTES, reliable);
  const { bytes: template, stampOffset, envelope } = message;
  return { template, stampOffset, encryption: { ...key, envelope } };
};

/** Number of connections of a participant with different seeds, reconnects included. */
const PEERS_PER_PARTICIPANT = 64;

const RID_ORDER: readonly Rid[] = ['q', 'h', 'f'];
