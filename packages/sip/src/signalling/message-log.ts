import { readMessage, type SipMessage } from './message.ts';

/** First lines of an entry: time (UTC, as SIPp runs with TZ=UTC), direction, and length. */
const ENTRY =
  /-{20,} (\d{4}-\d\d-\d\d)\s+(\d\d:\d\d:\d\d)\.(\d{6})\r?\n\w+ message (sent|received) [([](\d+)(?:[)\]] bytes| bytes\))\s*:\r?\n\r?\n/;

/** Reads the message log that SIPp writes (`-trace_msg`), in pieces as it grows. */
export class MessageLog {
  #rest = Buffer.alloc(0);

  /** Returns the messages that this piece completes. */
  add(piece: Buffer): SipMessage[] {
    this.#rest = Buffer.concat([this.#rest, piece]);
    const messages: SipMessage[] = [];
    for (;;) {
      // One byte is one character in latin1, so places in the text are places in the bytes.
      const entry = ENTRY.exec(this.#rest.toString('latin1'));
      if (entry === null) return messages;
      const [head, day, time, fraction, direction, length] = entry;
      // Date.parse would cut the time to whole milliseconds.
      const atMs = Date.parse(`${day}T${time}Z`) + Number(fraction) / 1_000;
      const begin = entry.index + head.length;
      const end = begin + Number(length);
      if (this.#rest.length < end) return messages;
      const text = this.#rest.toString('utf8', begin, end);
      const message = readMessage(atMs, direction === 'sent', text);
      if (message !== null) messages.push(message);
      this.#rest = this.#rest.subarray(end);
    }
  }
}
