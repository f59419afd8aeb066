import { createHmac, randomUUID } from 'node:crypto';

/** Identity of a message, and the time at which it was made: they are signed with it. */
export interface MessageStamp {
  /** The same in every attempt, so that a receiver recognises a repeated message. */
  id: string;
  /** Unix time, s. */
  timestamp: number;
}

export const newStamp = (): MessageStamp => ({
  id: `msg_${randomUUID().replaceAll('-', '')}`,
  timestamp: Math.floor(Date.now() / 1_000),
});

/**
 * Make the headers of a message as the Standard Webhooks specification defines them, for which
 * there are libraries in most languages.
 * @param key key of the signature; null: none
 */
export const headersOf = (
  { id, timestamp }: MessageStamp,
  body: string,
  key: Buffer | null,
): Record<string, string> => ({
  'content-type': 'application/json',
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  ...(key !== null && {
    'webhook-signature': `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  }),
});
