import { type Room, RoomEvent } from '@livekit/rtc-node';
import {
  type ExchangeObserver,
  ExchangePart,
  type ExchangeSettings,
  echo,
} from '../exchange/exchange-part.ts';
import { nodeHash } from '../exchange/node-hash.ts';
import { readStream } from '../exchange/read-stream.ts';
import { STREAM_TOPIC } from '../exchange/stream-marks.ts';

/**
 * Take part in calls and streams of a room that was joined; rtc-node registers methods only then.
 * @returns null if the room has ended
 */
export const takePart = (
  room: Room,
  settings: ExchangeSettings,
  observer: ExchangeObserver,
): ExchangePart | null => {
  const { localParticipant } = room;
  if (localParticipant === undefined) return null;
  const part = new ExchangePart(
    settings,
    {
      others: () => [...room.remoteParticipants.keys()],
      call: (destinationIdentity, method, payload, responseTimeout) =>
        localParticipant.performRpc({ destinationIdentity, method, payload, responseTimeout }),
      sendStream: async ({ kind, topic, attributes, content, to }) => {
        const options = { topic, attributes, destinationIdentities: to };
        if (kind === 'text') {
          const writer = await localParticipant.streamText(options);
          await writer.write(content);
          await writer.close();
          return;
        }
        const bytes = Buffer.from(content);
        const totalSize = bytes.length;
        const writer = await localParticipant.streamBytes({ ...options, name: topic, totalSize });
        await writer.write(bytes);
        await writer.close();
      },
      newHash: nodeHash,
    },
    observer,
  );
  for (const method of settings.answers)
    localParticipant.registerRpcMethod(method, async ({ payload }) => echo(payload));
  room.registerByteStreamHandler(STREAM_TOPIC, (reader) => {
    void readStream(reader, part.receive('bytes', reader.info.attributes ?? {}));
  });
  room.registerTextStreamHandler(STREAM_TOPIC, (reader) => {
    void readStream(reader, part.receive('text', reader.info.attributes ?? {}));
  });
  room.on(RoomEvent.ParticipantConnected, () => part.roomChanged());
  room.on(RoomEvent.Reconnecting, () => part.lost());
  room.on(RoomEvent.Reconnected, () => part.connected());
  room.on(RoomEvent.Disconnected, () => part.end());
  part.connected();
  return part;
};
