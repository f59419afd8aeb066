import { createDelivery, type DeliveryOptions } from '../delivery/delivery.ts';
import { type Receiver, readReceivers } from './settings.ts';
import { headersOf, newStamp } from './sign.ts';

/** Message on a command that has ended. */
export interface Message {
  /** Text for a chat, lines. */
  text: string;
  /** Object for programs. */
  body: unknown;
}

/** Receivers of the verdict of a command. */
export interface Notifier {
  /**
   * Send a message to each receiver, again while a receiver is down or busy, for at most 15 seconds.
   * @param signal aborted: do not wait for receivers
   * @returns a line for each receiver that did not get it, without any secret
   */
  notify(message: Message, signal: AbortSignal): Promise<string[]>;
}

/** Time in which a receiver must have accepted the message, attempts included, ms. */
const WITHIN_MS = 15_000;
/** Statuses after which the same request may succeed: too early or too many, and a proxy or a server that starts. */
const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Read `--notify`; does not connect.
 * @throws SwarmError `usage`; the message contains no secret
 */
export const openNotifier = (
  texts: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  limits?: DeliveryOptions['limits'],
): Notifier => {
  const receivers = readReceivers(texts, env);
  return {
    notify: async (message, signal) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
      const failures = await Promise.all(
        receivers.map((receiver) => send(receiver, message, limit, limits)),
      );
      return failures.filter((failure) => failure !== null);
    },
  };
};

/** @returns null: the receiver has accepted the message */
const send = async (
  { format, endpoint, key }: Receiver,
  message: Message,
  signal: AbortSignal,
  limits: DeliveryOptions['limits'],
): Promise<string | null> => {
  const body = JSON.stringify(
    format === 'slack' ? { text: slackText(message.text) } : message.body,
  );
  const delivery = createDelivery({
    endpoint,
    protocol: {
      headers: headersOf(newStamp(), body, key),
      isRetryable: (status) => RETRYABLE.has(status),
    },
    // The failure is reported once, when all attempts were made.
    warn: () => {},
    limits: { firstPauseMs: 1_000, ...limits },
  });
  delivery.send(Buffer.from(body));
  await delivery.close(signal);
  if (delivery.counts.delivered === 1) return null;
  const why = delivery.failure ?? 'there was no time for it';
  return `--notify ${endpoint.shown}: was not delivered: ${why}`;
};

/** Characters that mean something in a text for Slack: links and mentions begin with them. */
const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const slackText = (text: string): string => text.replace(/[&<>]/g, (one) => ESCAPED[one] ?? one);
