import {
  type DataChannel,
  dataTemplate,
  type ExtensionIds,
  type IceCredentials,
  type LocalPeer,
  type MediaPlane,
  type ReceiveStream,
  type RemotePeer,
  type RemoteTrack,
  type Rid,
  type SendStream,
} from '@livekit-swarm/livekit';
import type { DataTraffic, NetworkImpairment } from '@livekit-swarm/scenario';
import { DATA_STAMP_BYTES, type Pump } from '@livekit-swarm/webrtc';
import type { PublishedTrack } from './clips.ts';
import type { SessionStreams } from './results.ts';
import {
  addressOfCandidate,
  type Family,
  localSendError,
  type RemoteAddress,
  type Route,
} from './route.ts';
import type { Sampler } from './sampler.ts';
import type { DownStream, Owner, Peer, StreamBook, UpStream } from './stream-book.ts';

export interface PumpPlaneOptions {
  pump: Pump;
  book: StreamBook;
  sampler: Sampler;
  owner: Owner;
  /** Of `ParticipantPlan`: its number in the run. */
  index: number;
  network: NetworkImpairment | null;
  route: Route;
  cname: string;
  tracks: readonly PublishedTrack[];
  data: readonly DataTraffic[];
  /** A number for a flow of data, unique in the run. */
  nextFlow(): number;
  describe(trackSid: string): RemoteTrack | undefined;
  /** Given where received media is watched: an interruption of an expected track is over. */
  onSilenceEnds?(trackSid: string): void;
  /** No candidate of the remote has the address family of this peer's socket. */
  onUnroutable(peer: number, state: 'other_family' | 'no_route'): void;
  onPeerOpened(peer: number): void;
  onPeerClosed(peer: number): void;
}

/** How long candidates of another family wait for one that can be used, ms: a server sends all of its own at once. */
const CANDIDATES_WITHIN_MS = 500;

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
  /** The address family of each peer's socket, until a candidate of it was seen or the peer is connected. */
  readonly #seeking = new Map<number, { family: Family; timer: NodeJS.Timeout | null }>();
  /** The last address that media was to be sent to. */
  #remote: RemoteAddress | null = null;
  readonly #openedChannels = new Set<string>();
  #finishing = false;

  constructor(options: PumpPlaneOptions) {
    this.#options = options;
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

  async prepare(): Promise<void> {
    await this.#options.route.prepare();
  }

  openPeer(): LocalPeer {
    const { pump, book, owner, route, network, onPeerOpened } = this.#options;
    const dataCohort = book.cohorts.of({
      direction: 'down',
      kind: 'data',
      ...owner,
      codec: 'data',
    });
    const impairment = network !== null && { impairment: { ...network, seed: this.#seed() } };
    const local = pump.createPeer(route.localAddress, {
      ...impairment,
      ...(dataCohort !== undefined && { dataCohort }),
    });
    const peer: Peer = { owner, stats: null, taken: null, ended: false, flows: new Map() };
    this.#peers.set(local.peer, peer);
    this.#seeking.set(local.peer, { family: route.family, timer: null });
    book.peers.set(local.peer, peer);
    onPeerOpened(local.peer);
    return local;
  }

  connectPeer(peer: number, remote: RemotePeer): void {
    this.#options.pump.setRemote(peer, remote);
  }

  setExtensions(peer: number, ids: ExtensionIds): void {
    this.#options.pump.setExtensions(peer, ids);
  }

  addCandidate(peer: number, candidate: string): void {
    this.#options.pump.addRemoteCandidate(peer, candidate);
    const seeking = this.#seeking.get(peer);
    const remote = addressOfCandidate(candidate);
    if (remote?.family === this.#options.route.family) this.#remote = remote;
    if (seeking === undefined || remote === null) return;
    if (remote.family === seeking.family) this.#found(peer);
    else
      seeking.timer ??= setTimeout(async () => {
        const { route, onUnroutable } = this.#options;
        const follows = await route.follow(remote.address);
        if (this.#seeking.delete(peer)) onUnroutable(peer, follows ? 'other_family' : 'no_route');
      }, CANDIDATES_WITHIN_MS);
  }

  async localSendError(): Promise<string | null> {
    return this.#remote === null ? null : await localSendError(this.#remote);
  }

  /** Media found a way, whatever candidates were sent. */
  iceConnected(peer: number): void {
    this.#found(peer);
  }

  #found(peer: number): void {
    clearTimeout(this.#seeking.get(peer)?.timer ?? undefined);
    this.#seeking.delete(peer);
  }

  restartIce(peer: number): IceCredentials {
    return this.#options.pump.restartIce(peer);
  }

  closePeer(peer: number): void {
    this.#found(peer);
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
      pump.closePeer(peer);
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
      const { bytes: template, stampOffset } = dataTemplate(bytes, DATA_STAMP_BYTES, reliable);
      pump.startDataFlow({
        peer,
        label,
        template,
        stampOffset,
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
      mid,
      ...(rid !== null && { rid }),
      ssrc,
      payloadType,
      ...(rtxSsrc !== null && { rtxSsrc }),
      ...(rtxPayloadType !== null && { rtxPayloadType }),
      cname,
      extensions,
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

  receive(peer: number, stream: ReceiveStream): void {
    const { pump, book, owner, describe, onSilenceEnds } = this.#options;
    const { kind, mid, trackSid, ssrc, rtxSsrc, payloads, nack, pli, remb, muted } = stream;
    const published = describe(trackSid)?.codec || (payloads[0]?.codec ?? 'other');
    // Browsers publish Opus within RED (RFC 2198); the server unpacks it for subscribers without RED, such as these.
    const codec = published === 'red' ? 'opus' : published;
    const cohort = book.cohorts.of({ direction: 'down', kind, ...owner, codec });
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

/** Connections with luck of their own, reconnects included. */
const PEERS_PER_PARTICIPANT = 64;

const RID_ORDER: readonly Rid[] = ['q', 'h', 'f'];
