import type { ClipData } from '@livekit-swarm/webrtc';
import { buildClip } from './build-clip.ts';
import { MediaError } from './media-error.ts';
import { readOggOpus } from './ogg-opus.ts';
import { OPUS_CLOCK_RATE } from './opus-packet.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';

/** The audio packet rate of browsers: 20 ms a packet. */
export const PACKETS_PER_SECOND = 50;

/**
 * Makes a clip of an Ogg Opus file and its audio levels, one byte a packet. An RTP payload is one Opus packet as it is (RFC 7587 §4.2).
 * @throws MediaError when the file is damaged, a packet does not last 20 ms, or the levels do not fit
 */
export const audioClip = (file: Uint8Array, levels: Uint8Array): ClipData => {
  const { packets } = readOggOpus(file);
  if (levels.length !== packets.length)
    throw new MediaError(`has ${packets.length} packets and ${levels.length} audio levels`);
  const ticks = OPUS_CLOCK_RATE / PACKETS_PER_SECOND;
  const frames = packets.map(({ data, samples }, index) => {
    if (samples !== ticks)
      throw new MediaError(`packet ${index} lasts ${samples} samples instead of ${ticks}`);
    if (data.length > MAX_RTP_PAYLOAD)
      throw new MediaError(
        `packet ${index} has ${data.length} bytes; ${MAX_RTP_PAYLOAD} can be sent`,
      );
    return { payloads: [data], duration: samples, keyframe: true };
  });
  return buildClip(
    { kind: 'audio', codec: 'opus', clockRate: OPUS_CLOCK_RATE, width: 0, height: 0 },
    frames,
    levels,
  );
};
