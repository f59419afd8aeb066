import { setTimeout as sleep } from 'node:timers/promises';
import {
  DisconnectReason,
  type RemoteTrack,
  type RemoteTrackPublication,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  VideoCodec,
  VideoStream,
} from '@livekit/rtc-node';
import { monotonicMs } from '@livekit-swarm/livekit';
import type { TrackPlan } from '@livekit-swarm/scenario';
import { messageOf } from '@livekit-swarm/settings/errors';
import type { ClientEvent, ClientJoined, ClientReading } from '../client/client.ts';
import type { TrackFacts } from '../client/read-stats.ts';
import type { ExchangePart } from '../exchange/exchange-part.ts';
import { RecentResults } from '../exchange/exchange-result.ts';
import { addKey, encryptionOf, type RtcKey } from './encryption.ts';
import { takePart } from './exchange.ts';
import { listenToAgents } from './listen.ts';
import { createMedia, type OwnMedia } from './media.ts';
import { createMouth, type Mouth } from './mouth.ts';
import type { RtcJoin } from './protocol.ts';
import { flatStats } from './stats.ts';
import { merged, statsOfTrack } from './track-stats.ts';

/** Time limit for a leave, because `disconnect()` may hang, ms. */
const LEAVE_MS = 1_000;

/** Participant on libwebrtc, in the host process. */
export class RtcParticipant {
  readonly #emit: (event: ClientEvent) => void;
  #room: Room | null = null;
  #media: OwnMedia[] = [];
  /** Audio of a caller; null: it takes part in no conversation, or has not published. */
  #mouth: Mouth | null = null;
  #exchange: ExchangePart | null = null;
  /** Calls and streams that ended since the last reading. */
  readonly #results = new RecentResults();
  /** Own tracks by sid. */
  readonly #own = new Map<string, TrackPlan>();
  #lostAt: number | null = null;
  /**
   * True while a `Disconnected` of rtc-node is an event to report: not during a join or a leave.
   */
  #isConnected = false;

  constructor(emit: (event: ClientEvent) => void) {
    this.#emit = emit;
  }

  /** Join with a new Room: after a second `connect`, one Room would report every event twice. */
  async join(request: RtcJoin): Promise<ClientJoined> {
    const { url, token, layout, publish, exchange, e2ee, conversationClockMs } = request;
    const room = new Room();
    this.#room = room;
    this.#watch(room, layout);
    const now = (): number => monotonicMs() + (conversationClockMs ?? 0);
    const agents =
      conversationClockMs === null
        ? null
        : listenToAgents(room, now, (event) => {
            if (room === this.#room && this.#isConnected) this.#emit(event);
          });
    const isAll = layout.audio && layout.videos === null;
    try {
      await room.connect(url, token, {
        autoSubscribe: isAll,
        dynacast: true,
        ...(e2ee !== null && { encryption: encryptionOf(e2ee) }),
      });
    } catch (error) {
      const message = messageOf(error);
      return { ok: false, reason: reasonOf(message), message };
    }
    if (e2ee !== null) addKey(room, e2ee);
    this.#isConnected = true;
    agents?.joined();
    if (exchange !== null) this.#exchange = takePart(room, exchange, this.#results);
    if (!isAll) subscribe(room, layout);
    const rejected: Extract<ClientJoined, { ok: true }>['rejected'] = [];
    for (const plan of publish) {
      const mouth =
        agents === null || plan.kind !== 'audio'
          ? null
          : createMouth(now, (voice) => this.#emit({ type: 'spoken', voice }));
      const media = mouth ?? createMedia(plan);
      this.#media.push(media);
      try {
        const publication = await room.localParticipant?.publishTrack(media.track, optionsOf(plan));
        if (publication?.sid !== undefined) this.#own.set(publication.sid, plan);
        if (mouth !== null) this.#mouth = mouth;
      } catch (error) {
        rejected.push({ kind: plan.kind, message: messageOf(error) });
      }
    }
    return {
      ok: true,
      signalMs: null,
      iceMs: null,
      dtlsMs: null,
      node: '',
      serverVersion: '',
      rejected,
    };
  }

  /** Use this key from now on, in both directions. */
  changeKey(key: RtcKey): void {
    if (this.#room !== null && this.#isConnected) addKey(this.#room, key);
  }

  /** Begin to play an utterance once. @throws Error if the participant has no audio */
  async speak(utterance: number): Promise<void> {
    if (this.#mouth === null) throw new Error('the participant has published no audio');
    await this.#mouth.speak(utterance);
  }

  async read(lagMs: number): Promise<ClientReading> {
    const room = this.#room;
    if (room === null || !this.#isConnected) return { lagMs, others: [], tracks: [], peers: [] };
    const { publisherStats, subscriberStats } = await room.getRtcStats();
    const remote = [...room.remoteParticipants.values()].flatMap(({ trackPublications }) => [
      ...trackPublications.values(),
    ]);
    const own = [...(room.localParticipant?.trackPublications.values() ?? [])];
    const ofTracks = await Promise.all(
      [...remote, ...own].map(async ({ track, sid }) =>
        // A track that ended meanwhile has no statistics.
        track === undefined || sid === undefined ? [] : statsOfTrack(track, sid).catch(() => []),
      ),
    );
    return {
      lagMs,
      others: [...room.remoteParticipants.keys()],
      tracks: this.#tracks(room),
      peers: [merged(flatStats([...publisherStats, ...subscriberStats]), ofTracks.flat())],
      // Taken last: a reading that fails must not lose them.
      ...this.#results.take(),
    };
  }

  async leave(): Promise<void> {
    this.#isConnected = false;
    this.#exchange?.end();
    await Promise.all(this.#media.map((one) => one.stop()));
    await Promise.race([this.#room?.disconnect().catch(() => {}), sleep(LEAVE_MS)]);
  }

  #tracks(room: Room): TrackFacts[] {
    const others = [...room.remoteParticipants.values()].flatMap(
      ({ identity, trackPublications }) =>
        [...trackPublications.values()].flatMap((publication): TrackFacts[] => {
          const { sid, kind, source, muted, subscribed } = publication;
          if (sid === undefined) return [];
          return [
            {
              id: sid,
              sid,
              kind: kind === TrackKind.KIND_VIDEO ? 'video' : 'audio',
              source: sourceName(source),
              publisher: identity,
              expected: muted !== true && subscribed,
            },
          ];
        }),
    );
    const own = [...this.#own].map(
      ([sid, plan]): TrackFacts => ({
        id: sid,
        sid,
        kind: plan.kind,
        source: plan.kind === 'audio' ? 'other' : plan.source,
        expected: true,
      }),
    );
    return [...others, ...own];
  }

  #watch(room: Room, layout: RtcJoin['layout']): void {
    const isCurrent = (): boolean => room === this.#room && this.#isConnected;
    room.on(RoomEvent.TrackSubscribed, (track) => {
      if (track.kind === TrackKind.KIND_VIDEO) void show(track);
    });
    room.on(RoomEvent.TrackPublished, () => subscribe(room, layout));
    room.on(RoomEvent.TrackUnpublished, () => subscribe(room, layout));
    room.on(RoomEvent.Reconnecting, () => {
      if (!isCurrent() || this.#lostAt !== null) return;
      this.#lostAt = performance.now();
      this.#emit({ type: 'signal_lost' });
    });
    room.on(RoomEvent.Reconnected, () => {
      if (!isCurrent()) return;
      const durationMs = performance.now() - (this.#lostAt ?? performance.now());
      this.#lostAt = null;
      this.#emit({ type: 'reconnected', durationMs, node: '' });
    });
    room.on(RoomEvent.Disconnected, (reason) => {
      if (!isCurrent()) return;
      this.#isConnected = false;
      const code = (DisconnectReason[reason] ?? 'unknown_reason').toLowerCase();
      this.#emit({
        type: 'disconnected',
        reason: code,
        message: `rtc-node was disconnected: ${code}`,
      });
    });
  }
}

/** Read all frames of a video: rtc-node counts freezes only for frames that are read. */
const show = async (track: RemoteTrack): Promise<void> => {
  const frames = new VideoStream(track).getReader();
  while (!(await frames.read()).done);
};

/** Subscribe to the tracks that the layout shows; with the layout `all`, the server subscribes. */
const subscribe = (room: Room, { audio, videos }: RtcJoin['layout']): void => {
  if (audio && videos === null) return;
  const published = [...room.remoteParticipants.values()].flatMap((one) => [
    ...one.trackPublications.values(),
  ]) as RemoteTrackPublication[];
  let shown = 0;
  for (const publication of published) {
    const isVideo = publication.kind === TrackKind.KIND_VIDEO;
    const isWanted = isVideo ? videos === null || shown++ < videos : audio;
    if (publication.subscribed !== isWanted) publication.setSubscribed(isWanted);
  }
};

const optionsOf = (plan: TrackPlan): TrackPublishOptions =>
  plan.kind === 'audio'
    ? new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE })
    : new TrackPublishOptions({
        source:
          plan.source === 'camera' ? TrackSource.SOURCE_CAMERA : TrackSource.SOURCE_SCREENSHARE,
        videoCodec: CODECS[plan.codec],
        simulcast: plan.simulcast,
      });

const CODECS = {
  vp8: VideoCodec.VP8,
  h264: VideoCodec.H264,
  vp9: VideoCodec.VP9,
  av1: VideoCodec.AV1,
} as const;

const sourceName = (source: TrackSource | undefined): TrackFacts['source'] => {
  if (source === TrackSource.SOURCE_CAMERA) return 'camera';
  return source === TrackSource.SOURCE_SCREENSHARE ? 'screen' : 'other';
};

/** Reason code of an error, which rtc-node describes only by a sentence. */
const reasonOf = (message: string): string =>
  FAILURES.find(([pattern]) => pattern.test(message))?.[1] ?? 'unreachable';

const FAILURES: readonly [RegExp, reason: string][] = [
  [/401|unauthorized|invalid token/i, 'unauthorized'],
  [/403|forbidden|permission/i, 'forbidden'],
  [/time.?out/i, 'signal_timeout'],
];
