import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { PACKET_SAMPLES } from './caller-audio.ts';
import type { MediaAnswer } from './media-answer.ts';
import { Reception, type ReceptionFacts } from './reception.ts';
import { type RtpPacket, readRtp, writeRtp } from './rtp-packet.ts';
import { type EventPacket, eventPackets } from './telephone-event.ts';

/** Audio and digits that a caller sends. */
export interface CallerMedia {
  payloadType: 0 | 8;
  payloads: readonly Buffer[];
  /** Digits that are sent once, and when, ms after the answer; null: none. */
  dtmf: { digits: string; afterMs: number } | null;
}

/** Media of one call. Times are ms since 1970. */
export interface MediaFacts extends ReceptionFacts {
  sent: number;
  /** Packets that this host could not send. */
  sendErrors: number;
  /** Packets that arrived before the answer: early media. */
  early: number;
  /** Digits whose events were sent to their end; null: none, or the other side does not take telephone events. */
  dtmf: string | null;
  /** True if the answer, or a later offer, had an address to send to. */
  hasAddress: boolean;
}

interface Call {
  answeredAtMs: number;
  answer: MediaAnswer | null;
  reception: Reception;
  sent: number;
  sendErrors: number;
  early: number;
  ssrc: number;
  sequence: number;
  /** Packets that were not sent since the other side held the call. */
  held: number;
  timestamp: number;
  events: (EventPacket | null)[] | null;
  /** Timestamp at which the last event began, which all of its packets have. */
  eventTimestamp: number;
  dtmf: string | null;
  hasAddress: boolean;
}

/** Packets that are kept until it is known whether they arrived before the answer. */
const MOST_EARLY = 500;
/** Packets that are sent at once when timers were late. */
const MOST_AT_ONCE = 10;
const PACKET_MS = 20;

/** Socket for the media of calls, one after the other. */
export class MediaLeg {
  readonly #media: CallerMedia;
  readonly #socket: Socket;
  #call: Call | null = null;
  #waiting: { packet: RtpPacket; atMs: number }[] = [];

  private constructor(socket: Socket, media: CallerMedia) {
    this.#socket = socket;
    this.#media = media;
    socket.on('message', (bytes) => this.#receive(bytes));
    // A port at which nothing listens: the call has no media, which its facts show.
    socket.on('error', () => {});
  }

  /** Opens a port of this host. @throws SwarmError `no_ports` */
  static async open(host: string, media: CallerMedia): Promise<MediaLeg> {
    const socket = createSocket('udp4');
    try {
      socket.bind(0, host);
      await once(socket, 'listening');
    } catch (error) {
      throw new SwarmError(
        'no_ports',
        `no UDP port for the audio of a call: ${messageOf(error)}`,
        'make fewer calls or shorter ones, or raise the limit of open files (ulimit -n)',
      );
    }
    return new MediaLeg(socket, media);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get isBusy(): boolean {
    return this.#call !== null;
  }

  /** Begins the media of a call that was answered. */
  begin(answeredAtMs: number, answer: MediaAnswer | null): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#call = {
      ...{ answeredAtMs, answer, reception: new Reception(), sent: 0, sendErrors: 0 },
      ...{ early: 0, ssrc: randomBytes(4).readUInt32BE(), sequence: 0, held: 0, timestamp: 0 },
      ...{ events: this.#eventsFor(answer), eventTimestamp: 0, dtmf: null },
      hasAddress: answer !== null,
    };
    for (const { packet, atMs } of waiting) this.#add(this.#call, packet, atMs);
  }

  /** Follows a new offer of the other side, of this time; null: it holds the call. */
  redirect(answer: MediaAnswer | null, atMs: number): void {
    const call = this.#call;
    if (call === null) return;
    // The offer may be known late: what was scheduled before it follows the offer before.
    this.send(atMs);
    call.answer = answer;
    if (answer === null) return;
    call.hasAddress = true;
    // The digits wait for an other side that takes them.
    call.events ??= this.#eventsFor(answer);
  }

  /** Sends the packets that are scheduled until now. */
  send(nowMs: number): void {
    const call = this.#call;
    if (call === null) return;
    const due = Math.floor((nowMs - call.answeredAtMs) / PACKET_MS) - call.sequence - call.held;
    if (call.answer === null) {
      if (due <= 0) return;
      call.held += due;
      call.timestamp += due * PACKET_SAMPLES;
      return;
    }
    for (let index = 0; index < Math.min(due, MOST_AT_ONCE); index++) this.#sendNext(call);
  }

  /** Ends the media of the call; null: none had begun. */
  end(): MediaFacts | null {
    const call = this.#call;
    this.#call = null;
    this.#waiting = [];
    if (call === null) return null;
    const { reception, sent, sendErrors, early, dtmf, hasAddress } = call;
    return { ...reception.facts, sent, sendErrors, early, dtmf, hasAddress };
  }

  close(): void {
    this.#socket.close();
  }

  #eventsFor(answer: MediaAnswer | null): Call['events'] {
    const { dtmf } = this.#media;
    return dtmf === null || answer === null || answer.eventPayloadType === null
      ? null
      : eventPackets(dtmf.digits);
  }

  #sendNext(call: Call): void {
    const { payloads, payloadType, dtmf } = this.#media;
    const { answer, sequence, held, ssrc } = call;
    if (answer === null) return;
    const isTime = dtmf !== null && (sequence + held) * PACKET_MS >= dtmf.afterMs;
    const event = isTime ? call.events?.shift() : undefined;
    if (event != null && answer.eventPayloadType !== null) {
      // A hold within an event makes no second one.
      if (event.marker) call.eventTimestamp = call.timestamp;
      if (event.ends !== null) call.dtmf = `${call.dtmf ?? ''}${event.ends}`;
      this.#write(call, {
        ...{ payloadType: answer.eventPayloadType, marker: event.marker, sequence, ssrc },
        ...{ timestamp: call.eventTimestamp, payload: event.payload },
      });
    } else
      this.#write(call, {
        ...{ payloadType, marker: sequence === 0, sequence, ssrc, timestamp: call.timestamp },
        payload: payloads[sequence % payloads.length] ?? Buffer.alloc(0),
      });
    call.sequence++;
    call.timestamp += PACKET_SAMPLES;
  }

  #write(call: Call, packet: RtpPacket): void {
    const { answer } = call;
    if (answer === null) return;
    call.sent++;
    this.#socket.send(writeRtp(packet), answer.port, answer.host, (error) => {
      if (error !== null) call.sendErrors++;
    });
  }

  #receive(bytes: Buffer): void {
    const packet = readRtp(bytes);
    if (packet === null) return;
    const atMs = performance.timeOrigin + performance.now();
    if (this.#call !== null) this.#add(this.#call, packet, atMs);
    // The answer is known some ms after it arrived.
    else if (this.#waiting.length < MOST_EARLY) this.#waiting.push({ packet, atMs });
    else this.#waiting.splice(0, MOST_EARLY / 2);
  }

  #add(call: Call, packet: RtpPacket, atMs: number): void {
    if (atMs < call.answeredAtMs) call.early++;
    else call.reception.add(packet, atMs);
  }
}
