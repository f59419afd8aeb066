/** The far end of the media of calls: an agent that answers with a tone, or one that is mute. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface MediaEnd extends Disposable {
  port: number;
  /** Packets of audio that arrived, by the port of the caller. */
  readonly received: ReadonlyMap<number, number>;
  /** Digits by the port of the caller, as telephone events. */
  readonly digits: ReadonlyMap<number, string>;
  /** Times at which the first packet with audio was sent, by the port of the caller, ms since 1970. */
  readonly begun: ReadonlyMap<number, number>;
}

const PACKET_MS = 20;
const SILENCE = Buffer.alloc(160, 0xff);
/** A square wave of 500 Hz in µ-law. */
const TONE = Buffer.from(Array.from({ length: 160 }, (_, index) => (index % 16 < 8 ? 0x20 : 0xa0)));
const EVENT = 101;

/**
 * Opens the far end.
 * @param options silenceMs: time of silence before the tone, ms, from the first packet of the
 * caller; null: nothing is sent. dropEvery: each packet of that number is not sent; 0: all are
 */
export const openMediaEnd = async ({
  silenceMs,
  dropEvery = 0,
}: {
  silenceMs: number | null;
  dropEvery?: number;
}): Promise<MediaEnd> => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const received = new Map<number, number>();
  const digits = new Map<number, string>();
  const begun = new Map<number, number>();
  const events = new Map<number, number>();
  const callers = new Map<
    number,
    { ssrc: number; sequence: number; firstMs: number; lastMs: number }
  >();
  socket.on('message', (packet, { port }) => {
    const now = Date.now();
    if ((packet.readUInt8(1) & 0x7f) === EVENT) {
      // A new time stamp is a new event.
      const timestamp = packet.readUInt32BE(4);
      if (events.get(port) === timestamp) return;
      events.set(port, timestamp);
      digits.set(
        port,
        `${digits.get(port) ?? ''}${'0123456789*#ABCD'.charAt(packet.readUInt8(12))}`,
      );
      return;
    }
    received.set(port, (received.get(port) ?? 0) + 1);
    // A pause means another call on the same port.
    const caller = callers.get(port);
    if (caller === undefined || now - caller.lastMs > 1_000)
      callers.set(port, { ssrc: port, sequence: 0, firstMs: now, lastMs: now });
    else caller.lastMs = now;
  });
  const timer = setInterval(() => {
    const now = Date.now();
    for (const [port, caller] of callers) {
      if (silenceMs === null || now - caller.lastMs > 200) continue;
      while (caller.sequence < (now - caller.firstMs) / PACKET_MS) {
        const isVoice = caller.sequence * PACKET_MS >= silenceMs;
        if (isVoice && !begun.has(port)) begun.set(port, now);
        const packet = Buffer.alloc(12);
        packet.writeUInt16BE(0x8000, 0);
        packet.writeUInt16BE(caller.sequence & 0xffff, 2);
        packet.writeUInt32BE(caller.sequence * 160, 4);
        packet.writeUInt32BE(caller.ssrc, 8);
        caller.sequence++;
        if (dropEvery > 0 && caller.sequence % dropEvery === 0) continue;
        socket.send(Buffer.concat([packet, isVoice ? TONE : SILENCE]), port, '127.0.0.1');
      }
    }
  }, PACKET_MS);
  return {
    ...{ port: socket.address().port, received, digits, begun },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      socket.close();
    },
  };
};
