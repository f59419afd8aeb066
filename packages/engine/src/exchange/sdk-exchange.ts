/** Calls and streams by an SDK: livekit-client, in pages of browsers, and rtc-node. */
import {
  type ExchangeObserver,
  ExchangePart,
  type ExchangeSettings,
  echo,
} from './exchange-part.ts';
import type { StreamCheck } from './stream-check.ts';
import { type Hash, STREAM_TOPIC } from './stream-marks.ts';

interface Writer<Content> {
  write(content: Content): Promise<void>;
  close(): Promise<void>;
}

interface StreamOptions {
  topic: string;
  attributes: Record<string, string>;
  destinationIdentities: string[];
}

interface Reader extends AsyncIterable<Uint8Array | string> {
  info: { attributes?: Record<string, string> | undefined };
}

/** Common part of the rooms of both SDKs. */
interface SdkRoom {
  readonly remoteParticipants: ReadonlyMap<string, unknown>;
  registerByteStreamHandler(topic: string, handler: (reader: Reader) => void): void;
  registerTextStreamHandler(topic: string, handler: (reader: Reader) => void): void;
}

/** Common part of their own participants. */
interface SdkParticipant {
  performRpc(call: {
    destinationIdentity: string;
    method: string;
    payload: string;
    responseTimeout: number;
  }): Promise<string>;
  streamText(options: StreamOptions): Promise<Writer<string>>;
  streamBytes(
    options: StreamOptions & { name: string; totalSize?: number },
  ): Promise<Writer<Uint8Array>>;
}

export interface SdkExchange {
  room: SdkRoom;
  participant: SdkParticipant;
  /** Registers the answer to calls of a method. */
  answer(method: string, answer: (call: { payload: string }) => Promise<string>): void;
  newHash(): Hash;
  /** True if byte streams announce their size. */
  announcesSize: boolean;
}

/** Answer calls and receive streams, and prepare to make and send them: `connected` begins. */
export const exchangeBySdk = (
  { room, participant, answer, newHash, announcesSize }: SdkExchange,
  settings: ExchangeSettings,
  observer: ExchangeObserver,
): ExchangePart => {
  const part = new ExchangePart(
    settings,
    {
      others: () => [...room.remoteParticipants.keys()],
      call: (destinationIdentity, method, payload, responseTimeout) =>
        participant.performRpc({ destinationIdentity, method, payload, responseTimeout }),
      sendStream: async ({ kind, topic, attributes, content, to }) => {
        const options = { topic, attributes, destinationIdentities: to };
        if (kind === 'text') {
          await write(await participant.streamText(options), content);
          return;
        }
        const bytes = new TextEncoder().encode(content);
        const size = announcesSize ? { totalSize: bytes.length } : {};
        await write(await participant.streamBytes({ ...options, ...size, name: topic }), bytes);
      },
      newHash,
    },
    observer,
  );
  for (const method of settings.answers) answer(method, async ({ payload }) => echo(payload));
  room.registerByteStreamHandler(STREAM_TOPIC, (reader) => {
    void read(reader, part.receive('bytes', reader.info.attributes ?? {}));
  });
  room.registerTextStreamHandler(STREAM_TOPIC, (reader) => {
    void read(reader, part.receive('text', reader.info.attributes ?? {}));
  });
  return part;
};

const write = async <Content>(writer: Writer<Content>, content: Content): Promise<void> => {
  await writer.write(content);
  await writer.close();
};

/** Read a stream to its end. */
const read = async (reader: Reader, check: StreamCheck): Promise<void> => {
  const encoder = new TextEncoder();
  try {
    for await (const chunk of reader)
      check.chunk(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
    await check.end(true);
  } catch {
    // The SDK reports that something is missing.
    await check.end(false);
  }
};
