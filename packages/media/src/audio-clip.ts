import { buildClip, type Clip } from './clip.ts';
import type { AudioEntry } from './manifest.ts';
import { MediaError } from './media-error.ts';
import { readOggOpus } from './ogg-opus.ts';
import { OPUS_CLOCK_RATE } from './opus-packet.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';

/**
 * Makes a clip of an Ogg Opus file and its levels, one byte a packet. An RTP payload is one Opus packet as it is (RFC 7587 §4.2).
 * @throws MediaError when a file is damaged or is not what the manifest says
 */
export const audioClip = (entry: AudioEntry, file: Uint8Array, levels: Uint8Array): Clip => {
  const { packets } = readOggOpus(file);
  if (packets.length !== entry.frames) throw new MediaError(`has ${packets.length} packets; the manifest says ${entry.frames}`);
  if (levels.length !== packets.length) throw new MediaError(`has ${packets.length} packets and ${levels.length} audio levels`);
  const ticks = OPUS_CLOCK_RATE / entry.fps;
  const frames = packets.map(({ data, samples }, index) => {
    if (samples !== ticks) throw new MediaError(`packet ${index} lasts ${samples} samples; the manifest says ${ticks}`);
    if (data.length > MAX_RTP_PAYLOAD)
      throw new MediaError(`packet ${index} has ${data.length} bytes; ${MAX_RTP_PAYLOAD} can be sent`);
    return { payloads: [data], duration: samples, keyframe: true };
  });
  return buildClip({ kind: 'audio', codec: 'opus', clockRate: OPUS_CLOCK_RATE, width: 0, height: 0 }, frames, levels);
};
