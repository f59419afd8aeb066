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
  /** Of `ParticipantPlan`: its number in the run. */
  index: number;
  network: NetworkImpairment | null;
  /** Whether what it sends follows the bandwidth that it estimates. */
  rateAdaptation: boolean;
  path: MediaPath;
  /** In place of the addresses of TURN servers that the deployment names. */
  turn: TurnAddress | null;
  route: Route;
  cname: string;
  tracks: readonly PublishedTrack[];
  data: readonly DataTraffic[];
  /** At first; null: without end-to-end encryption. */
  key: FrameKeyHandle | null;
  /** At the end of frames that the server inserts. */
  serverTrailer(): Uint8Array;
  /** Only one of both is encrypted, the track or this participant. */
  onKeyMismatch(track: RemoteTrack): void;
  publishers: RoomPublishers;
  /** A number for a flow of data, unique in the run. */
  nextFlow(): number;
  describe(trackSid: string): RemoteTrack | undefined;
  /** Given where received media is watched: an interruption of an expected track is over. */
  onSilenceEnds?(trackSid: string): void;
  /** The remote has candidates, and this host reaches none. */
  onUnusable(peer: number, state: 'no_route' | 'no_socket'): void;
  /** The path of the plan leads nowhere. */
  onPathFailed(peer: number, failure: Failure): void;
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}

/** One participant's share of the pump, and the memory of all its streams, those that ended included. */
export class PumpPlane implements MediaPlane {
  readonly #options: PumpPlaneOptions;
  readonly #up: UpStream[] = [];
  readonly #down: DownStream[] = [];
  readonly #peers = new Map<number, Peer>();
  /** Handles by `cid rid`, and by `peer mid`; a remote track's by its sid. */
  readonly #senders = new Map<string, number>();
  readonly #receivers = new Map<string, number>();
  readonly #bySid = new Map<string, number>();
  /** Of peers that are open. */
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

  /** Everything that was counted, as of the last read of the pump. */
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

  /** From now on streams end at once: their counters were read. */
  finish(): void {
    this.#finishing = true;
  }

  /** Peers that open from now on are those of another deployment. */
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
      // A message does not show its sender: all count for the other hosts if any sender is there.
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

  /** A peer with sockets on the local addresses of the route; the first one is necessary. */
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
        // Tried again when a candidate of the remote needs it.
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

  /** A path of a peer failed; whether it has another is decided here. */
  pathFailed(event: Extract<PumpEvent, { type: 'path_failed' }>): void {
    this.#paths.onFailed(event.peer, event);
  }

  /** What ICE selected for the last peer that connected; null: none did. */
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

  /** Media found a way, whatever candidates were sent. */
  iceConnected(peer: number): void {
    this.#sockets.get(peer)?.settle();
    this.#offered.connected();
    this.#paths.onConnected(peer);
  }

  /** Media can flow. */
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

  /** The participant's network changed: new sockets at once, and their candidates, connections and allocations with the next restart of ICE. */
  changeAddress(): void {
    const { pump } = this.#options;
    const route = this.#route;
    for (const peer of this.#sockets.keys()) {
      const candidates = route.localAddresses.flatMap((local) => {
        try {
          return [pump.changeAddress(peer, local)];
        } catch {
          // It has no socket of this family.
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

  /** A channel is ready: as in the SDKs, data is sent on channels that this side opened. */
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

  /** The clip of a track with one layer has changed. */
  playAgain(cid: string): void {
    const [clip] = this.#options.tracks.find(({ spec }) => spec.cid === cid)?.clips ?? [];
    const handle = this.#senders.get(`${cid} null`);
    if (clip !== undefined && handle !== undefined) this.#options.pump.setSenderClip(handle, clip);
  }

  /** From now on with another key, in both directions: the tracks have clips that are encrypted with it. */
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

  /** The track that a receiver of the pump is for. */
  trackOf(receiver: number): string | undefined {
    return this.#options.book.down.get(receiver)?.trackSid;
  }

  receive(peer: number, stream: ReceiveStream): void {
    const { pump, book, owner, publishers, describe, onSilenceEnds } = this.#options;
    const key = this.#key;
    const { kind, mid, trackSid, ssrc, rtxSsrc, payloads, nack, pli, remb, muted } = stream;
    const track = describe(trackSid);
    const published = track?.codec || (payloads[0]?.codec ?? 'other');
    // Browsers publish Opus within RED (RFC 2198); the server unpacks it for subscribers without RED, such as these.
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
    // No more media is expected, and the time until its removal is not an interruption.
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

  /** The same participant of the same plan has the same luck, and each of its connections its own. */
  #seed(): number {
    return (
      (this.#options.index * PEERS_PER_PARTICIPANT + (this.#peers.size % PEERS_PER_PARTICIPANT)) %
      2 ** 32
    );
  }

  /** Counters leave the pump with their stream, so they are read before it ends. */
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

/** Connections with luck of their own, reconnects included. */
const PEERS_PER_PARTICIPANT = 64;

const RID_ORDER: readonly Rid[] = ['q', 'h', 'f'];
