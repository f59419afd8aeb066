import type { DataPacket, DataStream_Header } from '@livekit/protocol';

/** Receiver of the contents of one stream. */
export interface IncomingStream {
  /** Take the next chunk. */
  chunk(content: Uint8Array): void;
  /** Note the end. @param isWhole false if chunks are missing, or came in another order */
  end(isWhole: boolean): void;
}

export interface StreamHead {
  from: string;
  kind: 'bytes' | 'text';
  topic: string;
  attributes: Readonly<Record<string, string>>;
}

interface Open {
  stream: IncomingStream;
  total: number | null;
  nextChunk: number;
  bytes: number;
  isInOrder: boolean;
}

/** Largest number of streams that are received at once: any participant of the room can begin some. */
const MOST_OPEN = 1_024;

/** Text and byte streams that a participant receives. */
export class StreamReceiver {
  /** @returns null to ignore the stream */
  readonly #begin: (head: StreamHead) => IncomingStream | null;
  readonly #open = new Map<string, Open>();

  constructor(begin: (head: StreamHead) => IncomingStream | null) {
    this.#begin = begin;
  }

  /** Take a packet; packets that are not of streams are ignored. */
  received({ participantIdentity: from, value }: DataPacket): void {
    switch (value.case) {
      case 'streamHeader':
        this.#opened(from, value.value);
        return;
      case 'streamChunk': {
        const { streamId, chunkIndex, content } = value.value;
        const open = this.#open.get(keyOf(from, streamId));
        if (open === undefined) return;
        open.isInOrder &&= Number(chunkIndex) === open.nextChunk;
        open.nextChunk++;
        open.bytes += content.length;
        open.stream.chunk(content);
        return;
      }
      case 'streamTrailer': {
        const key = keyOf(from, value.value.streamId);
        const open = this.#open.get(key);
        this.#open.delete(key);
        if (open === undefined) return;
        const { stream, total, bytes, isInOrder } = open;
        // A sender that gives up sends a trailer with its reason.
        stream.end(isInOrder && value.value.reason === '' && (total === null || total === bytes));
        return;
      }
      default:
        return;
    }
  }

  /** End the streams of a participant that left. */
  left(identity: string): void {
    for (const [key, { stream }] of this.#open)
      if (key.startsWith(keyOf(identity, ''))) {
        this.#open.delete(key);
        stream.end(false);
      }
  }

  #opened(from: string, header: DataStream_Header): void {
    const { streamId, topic, attributes, contentHeader, totalLength } = header;
    if (this.#open.size >= MOST_OPEN) return;
    const kind = contentHeader.case === 'textHeader' ? 'text' : 'bytes';
    const stream = this.#begin({ from, kind, topic, attributes });
    if (stream === null) return;
    const total = totalLength === undefined ? null : Number(totalLength);
    this.#open.set(keyOf(from, streamId), {
      stream,
      total,
      nextChunk: 0,
      bytes: 0,
      isInOrder: true,
    });
  }
}

const keyOf = (from: string, id: string): string => `${from}\0${id}`;
