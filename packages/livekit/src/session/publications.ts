import {
  AddTrackRequest,
  AudioTrackFeature,
  Encryption_Type,
  PacketTrailerFeature,
  SimulcastCodec,
  type SubscribedQualityUpdate,
  type TrackInfo,
  TrackPublishedResponse,
  TrackType,
  VideoLayer,
  VideoQuality,
} from '@livekit/protocol';
import type { MediaSenders, Rid, SendStream } from '../media-plane.ts';
import {
  type LayerSpec,
  type OwnLayer,
  type OwnTrack,
  ownTrack,
  releaseSsrcs,
  type TrackSpec,
} from '../sdp/own-track.ts';
import { sourceOf } from './permissions.ts';

interface Publication {
  track: OwnTrack;
  info: TrackInfo | null;
  /** The server rejected the publication. */
  refused: boolean;
  muted: boolean;
  /** Published after the join, which does not wait for it. */
  late: boolean;
  /**
   * Layers that have subscribers (dynacast); all until the server restricts them, as in a browser.
   */
  wanted: Map<Rid | null, boolean>;
}

/**
 * Local tracks in one membership of the room: requested, acknowledged, muted, and the layers that
 * have subscribers.
 */
export class Publications {
  readonly #senders: MediaSenders;
  readonly #byCid = new Map<string, Publication>();

  constructor(senders: MediaSenders, specs: readonly TrackSpec[]) {
    this.#senders = senders;
    for (const spec of specs) this.#add(spec, false);
  }

  /** Adds a track after the join. @returns the request to send */
  add(spec: TrackSpec): AddTrackRequest {
    return addTrackRequest(this.#add(spec, true));
  }

  /** @returns true when the track was published */
  remove(cid: string): boolean {
    const publication = this.#byCid.get(cid);
    if (publication === undefined) return false;
    this.#byCid.delete(cid);
    this.#senders.stopSending(cid);
    releaseSsrcs(publication.track);
    return true;
  }

  get tracks(): OwnTrack[] {
    return [...this.#byCid.values()].map(({ track }) => track);
  }

  get requests(): AddTrackRequest[] {
    return this.tracks.map(addTrackRequest);
  }

  /** True when the server has answered for each track. */
  get allAnswered(): boolean {
    return [...this.#byCid.values()].every(
      ({ info, refused, late }) => info !== null || refused || late,
    );
  }

  /** Published tracks with their cids, for `syncState`. */
  get published(): TrackPublishedResponse[] {
    return [...this.#byCid.values()].flatMap(({ track: { cid }, info }) =>
      info === null ? [] : [new TrackPublishedResponse({ cid, track: info })],
    );
  }

  sidOf(cid: string): string | null {
    return this.#byCid.get(cid)?.info?.sid ?? null;
  }

  cidOf(sid: string): string | null {
    return [...this.#byCid].find(([, { info }]) => info?.sid === sid)?.[0] ?? null;
  }

  /** @returns a track that was published after the join, to be offered now */
  acknowledge({ cid, track }: TrackPublishedResponse): OwnTrack | null {
    const publication = this.#byCid.get(cid);
    if (publication === undefined || track === undefined) return null;
    const isNew = publication.info === null && publication.late;
    publication.info = track;
    return isNew ? publication.track : null;
  }

  /**
   * Stops sending a track whose publication the server rejected.
   * @returns true for the first such report
   */
  refuse(cid: string): boolean {
    const publication = this.#byCid.get(cid);
    if (publication === undefined || publication.refused) return false;
    publication.refused = true;
    return true;
  }

  isRefused(cid: string): boolean {
    return this.#byCid.get(cid)?.refused ?? false;
  }

  /** Hands a negotiated stream to the plane, with the current state of its layer. */
  send(peer: number, stream: Omit<SendStream, 'active'>): void {
    const publication = this.#byCid.get(stream.cid);
    this.#senders.send(peer, {
      ...stream,
      active: publication === undefined || isActive(publication, stream.rid),
    });
  }

  /** @returns true when the track is a local one */
  setMuted(sid: string, muted: boolean): boolean {
    return this.#change(sid, (publication) => {
      publication.muted = muted;
    });
  }

  applyQuality(update: SubscribedQualityUpdate): void {
    this.#change(update.trackSid, (publication) => {
      for (const [rid, wanted] of wantedLayers(publication.track, update))
        publication.wanted.set(rid, wanted);
    });
  }

  release(): void {
    for (const { track } of this.#byCid.values()) releaseSsrcs(track);
  }

  #add(spec: TrackSpec, late: boolean): OwnTrack {
    const track = ownTrack(spec);
    this.#byCid.set(track.cid, {
      track,
      info: null,
      refused: false,
      muted: spec.muted === true,
      late,
      wanted: new Map(track.layers.map(({ rid }) => [rid, true])),
    });
    return track;
  }

  #change(sid: string, change: (publication: Publication) => void): boolean {
    const publication = [...this.#byCid.values()].find(({ info }) => info?.sid === sid);
    if (publication === undefined) return false;
    const rids = publication.track.layers.map(({ rid }) => rid);
    const before = rids.map((rid) => isActive(publication, rid));
    change(publication);
    for (const [index, rid] of rids.entries()) {
      const active = isActive(publication, rid);
      if (active !== before[index]) this.#senders.setSending(publication.track.cid, rid, active);
    }
    return true;
  }
}

const isActive = ({ muted, refused, wanted }: Publication, rid: Rid | null) =>
  !muted && !refused && (wanted.get(rid) ?? true);

const QUALITY_OF_RID: Record<Rid, VideoQuality> = {
  q: VideoQuality.LOW,
  h: VideoQuality.MEDIUM,
  f: VideoQuality.HIGH,
};

/**
 * Layers that have subscribers (dynacast). Layers are identified by rid, so that the upper one of
 * two is MEDIUM; a single layer stands for every quality. Layers that the server omits keep their
 * state.
 */
export const wantedLayers = (
  track: OwnTrack,
  update: SubscribedQualityUpdate,
): [Rid | null, boolean][] => {
  const codec = update.subscribedCodecs.find((entry) => entry.codec.toLowerCase() === track.codec);
  const qualities = codec?.qualities ?? update.subscribedQualities;
  if (qualities.length === 0) return [];
  return track.layers.flatMap(({ rid }): [Rid | null, boolean][] => {
    if (rid === null) return [[null, qualities.some(({ enabled }) => enabled)]];
    const entry = qualities.find(({ quality }) => quality === QUALITY_OF_RID[rid]);
    return entry === undefined ? [] : [[rid, entry.enabled]];
  });
};

/**
 * Request to publish a track, as livekit-client sends it for microphone, camera and screen: without
 * RED, and with DTX if the track has it.
 */
const addTrackRequest = (track: OwnTrack): AddTrackRequest => {
  const encryption = track.encrypted === true ? Encryption_Type.GCM : Encryption_Type.NONE;
  if (track.kind === 'audio') {
    return new AddTrackRequest({
      cid: track.cid,
      name: 'microphone',
      type: TrackType.AUDIO,
      source: sourceOf(track),
      muted: track.muted === true,
      encryption,
      disableDtx: track.dtx !== true,
      disableRed: true,
      stereo: track.stereo === true,
      audioFeatures: [
        ...(track.stereo === true ? [AudioTrackFeature.TF_STEREO] : []),
        ...(track.dtx === true ? [] : [AudioTrackFeature.TF_NO_DTX]),
      ],
    });
  }
  const layers = track.spatialLayers?.map(spatialLayer).reverse() ?? track.layers.map(videoLayer);
  const { width = 0, height = 0 } = track.layers.at(-1) ?? {};
  return new AddTrackRequest({
    cid: track.cid,
    name: track.source ?? 'camera',
    type: TrackType.VIDEO,
    source: sourceOf(track),
    muted: track.muted === true,
    encryption,
    width,
    height,
    layers,
    packetTrailerFeatures:
      track.frameMetadata === true ? [PacketTrailerFeature.PTF_USER_TIMESTAMP] : [],
    simulcastCodecs: [new SimulcastCodec({ codec: track.codec, cid: track.cid, layers })],
  });
};

/** Layer of a track in the request, as livekit-client announces it: a single layer is LOW. */
const spatialLayer = ({ width, height, bitrate }: LayerSpec, index: number) =>
  new VideoLayer({
    quality: QUALITIES[index] ?? VideoQuality.HIGH,
    width,
    height,
    bitrate: Math.round(bitrate),
  });

const QUALITIES = [VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH];

const videoLayer = ({ rid, width, height, bitrate }: OwnLayer) =>
  new VideoLayer({
    quality: rid === null ? VideoQuality.HIGH : QUALITY_OF_RID[rid],
    width,
    height,
    bitrate: Math.round(bitrate),
  });
