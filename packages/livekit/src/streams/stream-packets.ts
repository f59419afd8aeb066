import { randomUUID } from 'node:crypto';
import {
  DataPacket,
  DataPacket_Kind,
  DataStream_ByteHeader,
  DataStream_Chunk,
  DataStream_Header,
  DataStream_TextHeader,
  DataStream_Trailer,
} from '@livekit/protocol';

/** Largest chunk of a stream, bytes: that of every SDK of LiveKit. */
export const STREAM_CHUNK_BYTES = 15_000;

export interface OutgoingStream {
  kind: 'bytes' | 'text';
  topic: string;
  attributes: Record<string, string>;
  /** Contents; text as UTF-8, in which no character has more than one byte. */
  content: Uint8Array;
  /** Identities of those that receive it. */
  to: readonly string[];
}

/** Packets of a text or byte stream in their order: header, chunks, trailer. */
export function* streamPackets(stream: OutgoingStream): Generator<DataPacket> {
  const { kind, topic, attributes, content, to } = stream;
  const streamId = randomUUID();
  const packetOf = (value: DataPacket['value']): DataPacket =>
    new DataPacket({ kind: DataPacket_Kind.RELIABLE, destinationIdentities: [...to], value });
  yield packetOf({
    case: 'streamHeader',
    value: new DataStream_Header({
      streamId,
      timestamp: BigInt(Date.now()),
      topic,
      mimeType: kind === 'text' ? 'text/plain' : 'application/octet-stream',
      totalLength: BigInt(content.length),
      attributes,
      contentHeader:
        kind === 'text'
          ? { case: 'textHeader', value: new DataStream_TextHeader() }
          : { case: 'byteHeader', value: new DataStream_ByteHeader({ name: topic }) },
    }),
  });
  for (let at = 0; at < content.length; at += STREAM_CHUNK_BYTES) {
    const chunk = content.subarray(at, at + STREAM_CHUNK_BYTES);
    const chunkIndex = BigInt(at / STREAM_CHUNK_BYTES);
    yield packetOf({
      case: 'streamChunk',
      value: new DataStream_Chunk({ streamId, chunkIndex, content: chunk }),
    });
  }
  yield packetOf({ case: 'streamTrailer', value: new DataStream_Trailer({ streamId }) });
}
