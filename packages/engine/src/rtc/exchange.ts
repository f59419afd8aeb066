import { type Room, RoomEvent } from '@livekit/rtc-node';
import type {
  ExchangeObserver,
  ExchangePart,
  ExchangeSettings,
} from '../exchange/exchange-part.ts';
import { nodeHash } from '../exchange/node-hash.ts';
import { exchangeBySdk } from '../exchange/sdk-exchange.ts';

/**
 * Take part in calls and streams of a room that was joined; rtc-node registers methods only then.
 * @returns null if the room has ended
 */
export const takePart = (
  room: Room,
  settings: ExchangeSettings,
  observer: ExchangeObserver,
): ExchangePart | null => {
  const { localParticipant: participant } = room;
  if (participant === undefined) return null;
  const part = exchangeBySdk(
    {
      ...{ room, participant, newHash: nodeHash, announcesSize: true },
      answer: (method, answer) => participant.registerRpcMethod(method, answer),
    },
    settings,
    observer,
  );
  room.on(RoomEvent.ParticipantConnected, () => part.roomChanged());
  room.on(RoomEvent.Reconnecting, () => part.lost());
  room.on(RoomEvent.Reconnected, () => part.connected());
  room.on(RoomEvent.Disconnected, () => part.end());
  part.connected();
  return part;
};
