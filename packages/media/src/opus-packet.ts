import { MediaError } from './media-error.ts';

/** RTP clock rate of Opus, whatever the sampling rate of the source (RFC 7587 §4.1), Hz. */
export const OPUS_CLOCK_RATE = 48_000;

const MAX_PACKET_SAMPLES = 5760;
const SILK_SAMPLES = [480, 960, 1920, 2880];
const HYBRID_SAMPLES = [480, 960];
const CELT_SAMPLES = [120, 240, 480, 960];

/** Samples per frame for a configuration number (RFC 6716 §3.1, table 2), at 48 kHz. */
const frameSamples = (config: number): number => {
  if (config < 12) return SILK_SAMPLES[config % 4] ?? 0;
  if (config < 16) return HYBRID_SAMPLES[config % 2] ?? 0;
  return CELT_SAMPLES[config % 4] ?? 0;
};

const frameCount = (packet: Uint8Array, code: number): number => {
  if (code === 0) return 1;
  if (code < 3) return 2;
  const byte = packet[1];
  if (byte === undefined)
    throw new MediaError('an Opus packet ends before its frame count byte (RFC 6716 §3.2.5)');
  return byte & 0x3f;
};

/**
 * Duration of an Opus packet, from its table-of-contents byte (RFC 6716 §3.1), samples at 48 kHz.
 * @throws MediaError if the packet is empty, has no frame, or would last longer than 120 ms
 */
export const opusPacketSamples = (packet: Uint8Array): number => {
  const toc = packet[0];
  if (toc === undefined)
    throw new MediaError(
      'an Opus packet is empty; every packet has a table-of-contents byte (RFC 6716 §3.1)',
    );
  const samples = frameSamples(toc >> 3) * frameCount(packet, toc & 3);
  if (samples === 0) throw new MediaError('an Opus packet announces no frames (RFC 6716 §3.2.5)');
  if (samples > MAX_PACKET_SAMPLES)
    throw new MediaError(
      `an Opus packet announces ${samples / 48} ms; 120 ms is the most (RFC 6716 §3.2.5)`,
    );
  return samples;
};
