/**
 * Page of a participant: uses livekit-client as an application does, and reads its statistics.
 * Bundled by scripts/bundle-page.ts.
 */

import { messageOf } from '@livekit-swarm/settings/errors';
import {
  ConnectionError,
  ConnectionErrorReason,
  DisconnectReason,
  LocalAudioTrack,
  type LocalTrack,
  LocalVideoTrack,
  type RemoteTrack,
  type RemoteTrackPublication,
  RemoteVideoTrack,
  Room,
  RoomEvent,
  setLogLevel,
  Track,
} from 'livekit-client';
import type { ClientReading } from '../../client/client.ts';
import type { ClientLayout } from '../../client/client-layout.ts';
import type { TrackFacts } from '../../client/read-stats.ts';
import type { ExchangePart } from '../../exchange/exchange-part.ts';
import { RecentResults } from '../../exchange/exchange-result.ts';
import type {
  PageConversation,
  PageEvent,
  PageJoin,
  PageJoined,
  PageKey,
  PageTrack,
} from '../page-protocol.ts';
import { type Encryption, encryptionOf } from './encryption.ts';
import { takePart } from './exchange.ts';
import { FrameTimer, frameMetadataWorker, letAudioPass } from './frame-timer.ts';
import { createLagMeter } from './lag.ts';
import { listenToAgents } from './listen.ts';
import { createMedia, type OwnMedia } from './media.ts';
import { createMouth, type Mouth } from './mouth.ts';
import { connectedSince, peersMade, readPeers } from './peers.ts';

declare const swarmEvent: (event: string) => void;

const emit = (event: PageEvent): void => swarmEvent(JSON.stringify(event));

// livekit-client's debug log repeats requests, which contain the token.
setLogLevel('warn');

const lag = createLagMeter();
let room: Room | null = null;
let encryption: Encryption | null = null;
let media: OwnMedia[] = [];
/** Audio of a caller; null: the participant takes part in no conversation, or has not published. */
let mouth: Mouth | null = null;
let exchange: ExchangePart | null = null;
/** Calls and streams that ended since the last reading. */
const results = new RecentResults();
let isHearing = false;
/**
 * True while a `Disconnected` of livekit-client is an event to report: not during a join or a
 * leave.
 */
let isConnected = false;
/** Tracks by id, including ended ones: their final counters are read after the end. */
const facts = new Map<string, TrackFacts>();
const timer = new FrameTimer();
/** Limit of remembered tracks: a long session may see many. */
const MOST_FACTS = 2_000;

const join = async (request: PageJoin): Promise<PageJoined> => {
  const began = performance.now();
  const made = peersMade();
  const { url, token, layout, timeoutMs, singlePeerConnection, reconnects } = request;
  let signalMs = 0;
  encryption = request.e2ee === null ? null : await encryptionOf(request.e2ee);
  const joining = new Room({
    ...(encryption !== null && { encryption: encryption.options }),
    singlePeerConnection,
    adaptiveStream: false,
    dynacast: true,
    disconnectOnPageLeave: false,
    ...(request.readsFrameMetadata && { frameMetadata: { worker: frameMetadataWorker() } }),
    ...(!reconnects && { reconnectPolicy: { nextRetryDelayInMs: () => null } }),
  });
  room = joining;
  isConnected = false;
  joining.on(RoomEvent.SignalConnected, () => {
    signalMs = performance.now() - began;
  });
  watchConnection(joining);
  watchTracks(joining, layout);
  if (request.readsFrameMetadata && encryption === null) letAudioPass(joining);
  const isAll = layout.audio && layout.videos === null && layout.tile === null;
  const agents =
    request.conversation === null
      ? null
      : listenToAgents(joining, (event) => {
          if (joining === room && isConnected) emit(event);
        });
  exchange = request.exchange === null ? null : takePart(joining, request.exchange, results);
  try {
    if (encryption !== null) await joining.setE2EEEnabled(true);
    await joining.connect(url, token, {
      autoSubscribe: isAll,
      maxRetries: 0,
      websocketTimeout: timeoutMs,
      peerConnectionTimeout: timeoutMs,
    });
    isConnected = true;
    agents?.joined();
    exchange?.connected();
    if (!isAll) subscribe(joining, layout);
    const rejected = await publishAll(joining, request);
    const { nodeId = '', version = '' } = joining.serverInfo ?? {};
    return {
      ok: true,
      signalMs,
      ...connectedSince(began, made),
      node: nodeId,
      serverVersion: version,
      rejected,
    };
  } catch (error) {
    void joining.disconnect();
    return failureOf(error);
  }
};

const publishAll = async (
  { localParticipant }: Room,
  { publish: tracks, conversation }: Pick<PageJoin, 'publish' | 'conversation'>,
): Promise<{ kind: 'audio' | 'video'; message: string }[]> => {
  stopMedia();
  const rejected: { kind: 'audio' | 'video'; message: string }[] = [];
  for (const track of tracks) {
    const speaker = track.kind === 'audio' ? createSpeaker(conversation) : null;
    const own = speaker ?? createMedia(track);
    media.push(own);
    try {
      await localParticipant.publishTrack(localTrack(track, own), publishOptions(track));
      if (speaker !== null) mouth = speaker;
    } catch (error) {
      rejected.push({ kind: track.kind, message: messageOf(error) });
    }
  }
  return rejected;
};

const createSpeaker = (conversation: PageConversation | null): Mouth | null =>
  conversation === null
    ? null
    : createMouth(conversation, (voice) => emit({ type: 'spoken', voice }));

const localTrack = ({ kind }: PageTrack, { track }: OwnMedia): LocalTrack =>
  (kind === 'audio'
    ? new LocalAudioTrack(track, undefined, true)
    : // livekit-client is not written for exactOptionalPropertyTypes.
      new LocalVideoTrack(track, undefined, true)) as LocalTrack;

const publishOptions = (track: PageTrack) =>
  track.kind === 'audio'
    ? { source: Track.Source.Microphone }
    : {
        source: track.source === 'camera' ? Track.Source.Camera : Track.Source.ScreenShare,
        videoCodec: track.codec,
        simulcast: track.simulcast,
        ...(track.scalabilityMode !== null && { scalabilityMode: track.scalabilityMode }),
        videoEncoding: { maxBitrate: track.bitrate, maxFramerate: track.framesPerSecond },
        screenShareEncoding: { maxBitrate: track.bitrate, maxFramerate: track.framesPerSecond },
        backupCodec: false,
        frameMetadata: { timestamp: track.frameMetadata },
      };

const stopMedia = (): void => {
  for (const one of media) one.stop();
  media = [];
  mouth = null;
};

const watchConnection = (joining: Room): void => {
  let lostAt: number | null = null;
  let isNew = false;
  const lose = (): void => {
    if (lostAt !== null || joining !== room || !isConnected) return;
    lostAt = performance.now();
    emit({ type: 'signal_lost' });
  };
  joining.on(RoomEvent.EncryptionError, (error) => {
    if (joining === room) emit({ type: 'encryption_error', message: error.message });
  });
  joining.on(RoomEvent.SignalReconnecting, lose);
  joining.on(RoomEvent.Reconnecting, () => {
    lose();
    isNew = true;
  });
  joining.on(RoomEvent.Reconnected, () => {
    const durationMs = performance.now() - (lostAt ?? performance.now());
    const node = joining.serverInfo?.nodeId ?? '';
    emit({ type: isNew ? 'reconnected' : 'resumed', durationMs, node });
    lostAt = null;
    isNew = false;
  });
  joining.on(RoomEvent.Disconnected, (reason) => {
    if (joining !== room || !isConnected) return;
    isConnected = false;
    const name = reason === undefined ? 'reconnect_attempts_exhausted' : DisconnectReason[reason];
    emit({ type: 'disconnected', reason: (name ?? 'unknown_reason').toLowerCase() });
  });
};

const watchTracks = (joining: Room, layout: ClientLayout): void => {
  const again = (): void => subscribe(joining, layout);
  joining.on(RoomEvent.TrackPublished, again);
  joining.on(RoomEvent.TrackUnpublished, again);
  joining.on(RoomEvent.ParticipantDisconnected, again);
  joining.on(RoomEvent.TrackSubscribed, (track, publication) => {
    play(track);
    if (layout.tile !== null && track.kind === Track.Kind.Video)
      publication.setVideoDimensions(layout.tile);
  });
  joining.on(RoomEvent.TrackUnsubscribed, (track) => {
    for (const element of track.detach()) element.remove();
  });
};

/** Subscribe to the tracks that the layout shows; with the layout `all`, the server subscribes. */
const subscribe = (joining: Room, { audio, videos, tile }: ClientLayout): void => {
  if (audio && videos === null && tile === null) return;
  const published = [...joining.remoteParticipants.values()].flatMap((one) => [
    ...one.trackPublications.values(),
  ]) as RemoteTrackPublication[];
  let shown = 0;
  for (const publication of published) {
    const isWanted =
      publication.kind === Track.Kind.Audio ? audio : videos === null || shown++ < videos;
    if (publication.isDesired !== isWanted) publication.setSubscribed(isWanted);
  }
};

/** Attach a track to an element: without one, a browser neither decodes nor conceals. */
const play = (track: RemoteTrack): void => {
  const element = track.attach();
  document.body.append(element);
  if (track instanceof RemoteVideoTrack) timer.watch(track, element);
  const { mediaStreamTrack } = track;
  // The first packet unmutes the track.
  if (mediaStreamTrack.muted) mediaStreamTrack.addEventListener('unmute', hear, { once: true });
  else hear();
};

const hear = (): void => {
  if (isHearing) return;
  isHearing = true;
  emit({ type: 'first_media' });
};

const failureOf = (error: unknown): PageJoined => {
  const message = messageOf(error);
  if (!(error instanceof ConnectionError)) return { ok: false, reason: 'internal_error', message };
  const reason: ConnectionErrorReason = error.reason;
  const isUnauthorized = reason === ConnectionErrorReason.NotAllowed && error.status === 401;
  return {
    ok: false,
    reason: isUnauthorized ? 'unauthorized' : (FAILURES[reason] ?? 'unreachable'),
    message,
  };
};

const FAILURES: Partial<Record<ConnectionErrorReason, string>> = {
  [ConnectionErrorReason.NotAllowed]: 'forbidden',
  [ConnectionErrorReason.ServerUnreachable]: 'unreachable',
  [ConnectionErrorReason.InternalError]: 'ice_timeout',
  [ConnectionErrorReason.Timeout]: 'signal_timeout',
  [ConnectionErrorReason.LeaveRequest]: 'closed',
};

const SOURCES: Partial<Record<Track.Source, TrackFacts['source']>> = {
  [Track.Source.Camera]: 'camera',
  [Track.Source.ScreenShare]: 'screen',
};

const noteFacts = (joined: Room): void => {
  for (const one of facts.values()) one.expected = false;
  const everyone = [joined.localParticipant, ...joined.remoteParticipants.values()];
  for (const one of everyone)
    for (const publication of one.trackPublications.values()) {
      const { track, trackSid, isMuted, source, kind } = publication;
      if (track === undefined) continue;
      const id = track.mediaStreamTrack.id;
      const isOwn = one === joined.localParticipant;
      facts.delete(id);
      facts.set(id, {
        id,
        sid: trackSid,
        kind: kind === Track.Kind.Video ? 'video' : 'audio',
        source: SOURCES[source] ?? 'other',
        ...(!isOwn && { publisher: one.identity }),
        expected: !isMuted && publication.isSubscribed,
        ...timer.of(id),
      });
    }
  for (const id of facts.keys()) {
    if (facts.size <= MOST_FACTS) break;
    facts.delete(id);
  }
};

const read = async (): Promise<ClientReading> => {
  if (room !== null) noteFacts(room);
  const reading = {
    lagMs: lag.take(),
    others: [...(room?.remoteParticipants.keys() ?? [])],
    tracks: [...facts.values()],
    peers: await readPeers(),
  };
  // Taken last: a reading that fails must not lose them.
  return { ...reading, ...results.take() };
};

const leave = async (): Promise<void> => {
  isConnected = false;
  exchange?.end();
  await room?.disconnect();
  stopMedia();
};

const speak = (utterance: number): void => {
  if (mouth === null) throw new Error('the participant has published no audio');
  mouth.speak(utterance);
};

const changeKey = async (key: PageKey): Promise<void> => {
  await encryption?.use(key);
};

Object.assign(globalThis, { swarm: { join, read, leave, changeKey, speak } });
