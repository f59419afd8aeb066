import type { ClipData } from '@livekit-swarm/webrtc';
import { buildClip, type PacketizedFrame } from './build-clip.ts';
import { MediaError } from './media-error.ts';
import { type OpusPacket, readOggOpus } from './ogg-opus.ts';
import { OPUS_CLOCK_RATE } from './opus-packet.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';

/** Audio packet rate of browsers, packets per second: 20 ms per packet. */
export const PACKETS_PER_SECOND = 50;

/**
 * Largest Opus packet without contents, bytes: a table-of-contents byte and at most a frame count.
 * The encoder is in DTX.
 */
const EMPTY_BYTES = 2;
/** Longest time between packets in a pause (RFC 7587 §3.1.3), RTP clock ticks. */
const LONGEST_PAUSE = 0.4 * OPUS_CLOCK_RATE;

interface SentPacket {
  data: Uint8Array;
  level: number;
  /** Time until the next sent packet, RTP clock ticks. */
  duration: number;
  /** True if packets after this one are left out. */
  pauses: boolean;
}

const isEmpty = ({ length }: Uint8Array): boolean => length <= EMPTY_BYTES;

/**
 * Leaves out the packets that libwebrtc does not send: of consecutive packets without contents only
 * the first is sent, so that decoders begin comfort noise.
 */
const withoutPauses = (packets: OpusPacket[], levels: Uint8Array): SentPacket[] => {
  const sent: SentPacket[] = [];
  for (const [index, { data, samples }] of packets.entries()) {
    const last = sent.at(-1);
    if (last && isEmpty(last.data) && isEmpty(data) && last.duration + samples <= LONGEST_PAUSE) {
      last.duration += samples;
      last.pauses = true;
    } else sent.push({ data, level: levels[index] ?? 0, duration: samples, pauses: false });
  }
  return sent;
};

/**
 * Returns true for the first packet of speech after a pause (RFC 3551 §4.1). Comfort noise, a
 * single packet between two pauses, does not begin a talkspurt.
 */
const beginsTalkspurt = (sent: SentPacket[], index: number): boolean => {
  const [before, here, after] = [-1, 0, 1].map((step) => sent.at((index + step) % sent.length));
  return (
    before?.pauses === true &&
    here !== undefined &&
    after !== undefined &&
    !isEmpty(here.data) &&
    !isEmpty(after.data)
  );
};

/**
 * Makes a clip of Opus packets. An RTP payload is one unmodified Opus packet (RFC 7587 §4.2).
 * @param levels audio level of each packet, -dBov
 * @throws MediaError if a packet is too long, or there is not one level per packet
 */
export const opusClip = (packets: OpusPacket[], levels: Uint8Array): ClipData => {
  if (levels.length !== packets.length)
    throw new MediaError(`has ${packets.length} packets and ${levels.length} audio levels`);
  for (const [index, { data }] of packets.entries())
    if (data.length > MAX_RTP_PAYLOAD)
      throw new MediaError(
        `packet ${index} has ${data.length} bytes; ${MAX_RTP_PAYLOAD} can be sent`,
      );
  const sent = withoutPauses(packets, levels);
  return buildClip(
    { kind: 'audio', codec: 'opus', clockRate: OPUS_CLOCK_RATE, width: 0, height: 0 },
    sent.map(
      ({ data, duration }, index): PacketizedFrame => ({
        payloads: [data],
        duration,
        keyframe: true,
        talkspurt: beginsTalkspurt(sent, index),
      }),
    ),
    Uint8Array.from(sent, ({ level }) => level),
  );
};

/**
 * Makes a clip of an Ogg Opus file, as `opusClip` does of packets.
 * @throws MediaError also if the file is damaged
 */
export const audioClip = (file: Uint8Array, levels: Uint8Array): ClipData =>
  opusClip(readOggOpus(file).packets, levels);
