import { type Room, RoomEvent } from 'livekit-client';
import {
  type ExchangeObserver,
  ExchangePart,
  type ExchangeSettings,
  echo,
} from '../../exchange/exchange-part.ts';
import { readStream } from '../../exchange/read-stream.ts';
import { type Hash, STREAM_TOPIC } from '../../exchange/stream-marks.ts';

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

/** Answer calls and receive streams in a room, and prepare to make and send them: `connected` begins. */
export const takePart = (
  room: Room,
  settings: ExchangeSettings,
  observer: ExchangeObserver,
): ExchangePart => {
  const { localParticipant } = room;
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
        const bytes = new TextEncoder().encode(content);
        const writer = await localParticipant.streamBytes({ ...options, name: topic });
        await writer.write(bytes);
        await writer.close();
      },
      newHash: browserHash,
    },
    observer,
  );
  for (const method of settings.answers)
    room.registerRpcMethod(method, async ({ payload }) => echo(payload));
  room.registerByteStreamHandler(STREAM_TOPIC, (reader) => {
    void readStream(reader, part.receive('bytes', reader.info.attributes ?? {}));
  });
  room.registerTextStreamHandler(STREAM_TOPIC, (reader) => {
    void readStream(reader, part.receive('text', reader.info.attributes ?? {}));
  });
  room.on(RoomEvent.ParticipantConnected, () => part.roomChanged());
  room.on(RoomEvent.Reconnecting, () => part.lost());
  room.on(RoomEvent.SignalReconnecting, () => part.lost());
  room.on(RoomEvent.Reconnected, () => part.connected());
  room.on(RoomEvent.Disconnected, () => part.end());
  return part;
};
