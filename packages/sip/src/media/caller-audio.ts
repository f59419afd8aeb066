import { usageError } from '@livekit-swarm/settings';
import { encodeG711, type G711PayloadType } from './g711.ts';

/** Samples of a packet of 20 ms. */
export const PACKET_SAMPLES = 160;
const RATE = 8_000;

/** Payloads of 20 ms that a caller sends again and again. */
export const payloadsOf = (samples: Int16Array, type: G711PayloadType): Buffer[] => {
  const bytes = encodeG711(samples, type);
  return Array.from({ length: Math.floor(bytes.length / PACKET_SAMPLES) }, (_, index) =>
    bytes.subarray(index * PACKET_SAMPLES, (index + 1) * PACKET_SAMPLES),
  );
};

/**
 * Audio of a caller without a file: a second of a buzz with the pitch and the syllables of a voice,
 * and a second of silence.
 */
export const ownAudio = (): Int16Array =>
  Int16Array.from({ length: 2 * RATE }, (_, index) => {
    const seconds = index / RATE;
    if (seconds >= 1) return 0;
    const syllable = Math.abs(Math.sin(2 * Math.PI * 2 * seconds));
    let sum = 0;
    for (let harmonic = 1; harmonic <= 8; harmonic++)
      sum += Math.sin(2 * Math.PI * 140 * harmonic * seconds) / harmonic;
    return Math.round(6_000 * syllable * sum);
  });

/**
 * Samples of a WAV file: 8,000 Hz, one channel, PCM of 16 bits.
 * @param name of the file, for messages
 * @throws SwarmError `usage` for any other file
 */
export const readWav = (bytes: Buffer, name: string): Int16Array => {
  const wrong = (why: string): never => {
    throw usageError(
      `${name}: ${why}`,
      'convert it: ffmpeg -i INPUT -ar 8000 -ac 1 -c:a pcm_s16le caller.wav',
    );
  };
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    return wrong('not a WAV file');
  let isSuitable = false;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const begin = at + 8;
    if (id === 'fmt ' && begin + 16 <= bytes.length)
      isSuitable =
        bytes.readUInt16LE(begin) === 1 &&
        bytes.readUInt16LE(begin + 2) === 1 &&
        bytes.readUInt32LE(begin + 4) === RATE &&
        bytes.readUInt16LE(begin + 14) === 16;
    if (id === 'data') {
      if (!isSuitable) return wrong('not 8,000 Hz, one channel, PCM of 16 bits');
      const end = Math.min(begin + length, bytes.length);
      const count = Math.floor((end - begin) / 2);
      if (count < PACKET_SAMPLES) return wrong('shorter than 20 ms');
      return Int16Array.from({ length: count }, (_, index) => bytes.readInt16LE(begin + 2 * index));
    }
    at = begin + length + (length % 2);
  }
  return wrong('has no audio');
};
