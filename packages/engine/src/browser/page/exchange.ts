import { type Room, RoomEvent } from 'livekit-client';
import { dataTrackPartOf } from '../../exchange/data-track-part.ts';
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
  const part = dataTrackPartOf(
    settings,
    {
      others: () => [...room.remoteParticipants.keys()],
      publish: async (name) => {
        const track = await room.localParticipant.publishDataTrack({ name });
        return {
          isPublished: () => track.isPublished(),
          push: (payload) => track.tryPush({ payload: new Uint8Array(payload) }),
        };
      },
    },
    () => results.frames,
  );
  if (part === null) return;
  room.on(RoomEvent.DataTrackPublished, (track) => {
    const receive = part.announced(track.info.name, track.publisherIdentity);
    if (receive !== null) void readTo(receive, track.subscribe({ bufferSize: WAITING_FRAMES }));
  });
  room.on(RoomEvent.Connected, () => part.connected());
  room.on(RoomEvent.ParticipantConnected, () => part.roomChanged());
  room.on(RoomEvent.ParticipantDisconnected, () => part.roomChanged());
  room.on(RoomEvent.Reconnecting, () => part.lost());
  room.on(RoomEvent.SignalReconnecting, () => part.lost());
  room.on(RoomEvent.Reconnected, () => part.connected());
  room.on(RoomEvent.Disconnected, () => part.end());
};

/** Read a data track to its end. */
const readTo = async (
  receive: (payload: Uint8Array) => void,
  frames: ReadableStream<{ payload: Uint8Array }>,
): Promise<void> => {
  const reader = frames.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      receive(value.payload);
    }
  } catch {
    // The track has ended. If its publisher is still there, its frames are overdue.
  }
};
