import type { ClipData } from '@livekit-swarm/webrtc';
import { buildClip, type PacketizedFrame } from './build-clip.ts';
import { MediaError } from './media-error.ts';
import { type OpusPacket, readOggOpus } from './ogg-opus.ts';
import { OPUS_CLOCK_RATE } from './opus-packet.ts';
import { MAX_RTP_PAYLOAD } from './rtp-payload.ts';

/** The audio packet rate of browsers: 20 ms a packet. */
export const PACKETS_PER_SECOND = 50;

/** An Opus packet without contents: a table-of-contents byte, and a frame count at most. The encoder is in DTX. */
const EMPTY_BYTES = 2;
/** In a pause a packet is sent after this time (RFC 7587 §3.1.3), RTP clock ticks. */
const LONGEST_PAUSE = 0.4 * OPUS_CLOCK_RATE;

interface SentPacket {
  data: Uint8Array;
  level: number;
  /** Until the next one, RTP clock ticks. */
  duration: number;
  /** Packets behind it are not sent. */
  pauses: boolean;
}

const isEmpty = ({ length }: Uint8Array): boolean => length <= EMPTY_BYTES;

/** What libwebrtc sends of what an encoder gives: of packets without contents the first, so that decoders begin to make comfort noise. */
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

/** The first packet of speech after a pause (RFC 3551 §4.1); comfort noise, one packet between two pauses, is none. */
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
 * Makes a clip of Opus packets and their audio levels, one byte a packet. An RTP payload is one Opus packet as it is (RFC 7587 §4.2).
 * @throws MediaError when a packet is too long, or the levels do not fit
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
 * As `opusClip`, of an Ogg Opus file.
 * @throws MediaError also when the file is damaged
 */
export const audioClip = (file: Uint8Array, levels: Uint8Array): ClipData =>
  opusClip(readOggOpus(file).packets, levels);
