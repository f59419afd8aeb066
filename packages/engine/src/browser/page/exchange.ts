import { type Room, RoomEvent } from 'livekit-client';
import type {
  ExchangeObserver,
  ExchangePart,
  ExchangeSettings,
} from '../../exchange/exchange-part.ts';
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
  observer: ExchangeObserver,
): ExchangePart => {
  const part = exchangeBySdk(
    {
      ...{ room, participant: room.localParticipant, newHash: browserHash, announcesSize: false },
      answer: (method, answer) => room.registerRpcMethod(method, answer),
    },
    settings,
    observer,
  );
  room.on(RoomEvent.ParticipantConnected, () => part.roomChanged());
  room.on(RoomEvent.Reconnecting, () => part.lost());
  room.on(RoomEvent.SignalReconnecting, () => part.lost());
  room.on(RoomEvent.Reconnected, () => part.connected());
  room.on(RoomEvent.Disconnected, () => part.end());
  return part;
};
