import { usageError } from '@livekit-swarm/settings';

/** Packets of 20 ms in which an event lasts, further packets that repeat its end, and the pause after it (RFC 4733, §2.5.1). */
const PACKETS = 8;
const END_PACKETS = 3;
const PAUSE_PACKETS = 5;
const SAMPLES = 160;
/** Volume of the event, -dBm0. */
const VOLUME = 10;

const DIGITS = '0123456789*#ABCD';

/**
 * Reads digits of DTMF.
 * @throws SwarmError `usage`
 */
export const readDigits = (text: string): string => {
  if (/^[\d*#A-Da-d]{1,64}$/.test(text)) return text.toUpperCase();
  throw usageError(`--dtmf ${text}: not digits of DTMF`, 'write up to 64 of 0 to 9, *, #, A to D');
};

/** Payload of one packet of an event. */
export interface EventPacket {
  payload: Buffer;
  /** True for the first packet of an event, whose timestamp all of its packets have. */
  marker: boolean;
  /** Digit whose event this packet ends: the first of those that repeat the end; null: none. */
  ends: string | null;
}

/** Packets for digits, one for each 20 ms; null: a pause, in which audio is sent. */
export const eventPackets = (digits: string): (EventPacket | null)[] =>
  [...digits].flatMap((digit) => [
    ...Array.from({ length: PACKETS + END_PACKETS }, (_, index) => {
      const isEnd = index >= PACKETS;
      const payload = Buffer.alloc(4);
      payload[0] = DIGITS.indexOf(digit);
      payload[1] = (isEnd ? 0x80 : 0) | VOLUME;
      payload.writeUInt16BE(SAMPLES * Math.min(index + 1, PACKETS), 2);
      return { payload, marker: index === 0, ends: index === PACKETS ? digit : null };
    }),
    ...Array.from({ length: PAUSE_PACKETS }, () => null),
  ]);
