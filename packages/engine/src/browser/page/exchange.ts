import { isIdentityOf } from '@livekit-swarm/scenario/is-identity-of';
import { type Room, RoomEvent } from 'livekit-client';
import { DataTrackPart } from '../../exchange/data-track-part.ts';
import type { ExchangePart, ExchangeSettings } from '../../exchange/exchange-part.ts';
import type { RecentResults } from '../../exchange/exchange-result.ts';
import { exchangeBySdk } from '../../exchange/sdk-exchange.ts';
import type { Hash } from '../../exchange/stream-marks.ts';

/** SHA-256 of a browser, which hashes all parts at once. */
const browserHash = (): Hash => {
  const parts: Uint8Array[] = [];
  return {
    update: (bytes) => void parts.push(bytes),
    digest: async () => {
      const whole = await new Blob(parts as BlobPart[]).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
      return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    },
  };
};

/** Take part in calls and streams of a room, before it is joined: `connected` begins. */
export const takePart = (
  room: Room,
  settings: ExchangeSettings,
  results: RecentResults,
): ExchangePart => {
  const part = exchangeBySdk(
    {
      ...{ room, participant: room.localParticipant, newHash: browserHash, announcesSize: false },
      answer: (method, answer) => room.registerRpcMethod(method, answer),
    },
    settings,
    results,
  );
  takeTracks(room, settings, results);
  room.on(RoomEvent.ParticipantConnected, () => part.roomChanged());
  room.on(RoomEvent.Reconnecting, () => part.lost());
  room.on(RoomEvent.SignalReconnecting, () => part.lost());
  room.on(RoomEvent.Reconnected, () => part.connected());
  room.on(RoomEvent.Disconnected, () => part.end());
  return part;
};

/** Frames that wait for a busy page. */
const WAITING_FRAMES = 1_024;

/** Publish and read data tracks of a room. */
const takeTracks = (room: Room, settings: ExchangeSettings, results: RecentResults): void => {
  const { dataTracks, track: own, subscribes = null, elsewhere = [] } = settings;
  if (own === undefined && subscribes === null) return;
  const part = new DataTrackPart({
    room: {
      others: () => [...room.remoteParticipants.keys()],
      publish: async (name) => {
        const track = await room.localParticipant.publishDataTrack({ name });
        return {
          isPublished: () => track.isPublished(),
          push: (payload) => track.tryPush({ payload: new Uint8Array(payload) }),
        };
      },
    },
    publishes:
      dataTracks === undefined || own === undefined
        ? null
        : {
            ...{ settings: dataTracks, name: own.name },
            isSubscriber: (identity) => isIdentityOf(identity, own.subscribers),
          },
    subscribes,
    isElsewhere: (identity) => elsewhere.includes(identity),
    frames: () => results.frames,
  });
  room.on(RoomEvent.DataTrackPublished, (track) =>
    part.announced(track.info.name, track.publisherIdentity, () =>
      track.subscribe({ bufferSize: WAITING_FRAMES }),
    ),
  );
  room.on(RoomEvent.Connected, () => part.connected());
  room.on(RoomEvent.ParticipantConnected, () => part.roomChanged());
  room.on(RoomEvent.ParticipantDisconnected, () => part.roomChanged());
  room.on(RoomEvent.Reconnecting, () => part.lost());
  room.on(RoomEvent.SignalReconnecting, () => part.lost());
  room.on(RoomEvent.Reconnected, () => part.connected());
  room.on(RoomEvent.Disconnected, () => part.end());
};
