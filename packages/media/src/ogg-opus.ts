import { MediaError } from './media-error.ts';
import { readOggPackets } from './ogg.ts';
import { opusPacketSamples } from './opus-packet.ts';

export interface OpusPacket {
  data: Uint8Array;
  /** Duration, in samples at 48 kHz. */
  samples: number;
}

export interface OpusFile {
  channels: number;
  /** Samples that a player drops at the beginning, at 48 kHz. */
  preSkip: number;
  packets: OpusPacket[];
}

const HEAD_BYTES = 19;

const startsWith = (packet: Uint8Array | undefined, magic: string): packet is Uint8Array =>
  packet !== undefined &&
  new TextDecoder('latin1').decode(packet.subarray(0, magic.length)) === magic;

const audioPacket = (data: Uint8Array, index: number): OpusPacket => {
  try {
    return { data, samples: opusPacketSamples(data) };
  } catch (cause) {
    throw new MediaError(
      `audio packet ${index}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
};

/**
 * Reads an Ogg Opus file (RFC 7845) with one stream.
 * @throws MediaError if the file is truncated, damaged, not Opus, or without audio
 */
export const readOggOpus = (file: Uint8Array): OpusFile => {
  const [head, tags, ...audio] = readOggPackets(file);
  if (!startsWith(head, 'OpusHead') || head.length < HEAD_BYTES)
    throw new MediaError(
      'the first Ogg packet is not an OpusHead of 19 bytes or more (RFC 7845 §5.1): this is not an Ogg Opus file',
    );
  if (!startsWith(tags, 'OpusTags'))
    throw new MediaError('the second Ogg packet is not OpusTags (RFC 7845 §5.2)');
  if (audio.length === 0) throw new MediaError('the file holds Opus headers and no audio');
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (view.getUint8(8) > 15)
    throw new MediaError(
      `OpusHead has version ${view.getUint8(8)}; 0 to 15 are understood (RFC 7845 §5.1)`,
    );
  return {
    channels: view.getUint8(9),
    preSkip: view.getUint16(10, true),
    packets: audio.map(audioPacket),
  };
};
