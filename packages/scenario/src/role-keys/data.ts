import { hinted, reading, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { decimal } from '../language/write/texts.ts';
import { defineRoleKey } from './definition.ts';

export const dataSchema = z.object({
  messagesPerSecond: z.number(),
  /** Payload of a message, bytes. */
  bytes: z.number(),
  reliable: z.boolean(),
});

export type DataTraffic = z.infer<typeof dataSchema>;

/**
 * Smallest payload, bytes: it has space for the stamp (flow, sequence number, time of sending) that
 * makes loss and latency measurable.
 */
export const MIN_DATA_BYTES = 20;
/**
 * Largest payload, bytes: LiveKit's limit for a reliable message is 15 KiB, its envelope included.
 */
export const MAX_DATA_BYTES = 15_000;
export const MAX_DATA_RATE = 1_000;
/** Payload that fits one packet with room to spare: a cursor, a chat line, a game state. */
const DEFAULT_BYTES = 200;

const GRAMMAR = 'write RATE[:BYTES[:reliable|lossy]], as 10/s, 10/s:200B or 5/s:1000B:reliable';

/**
 * Read the data messages that each publisher sends. Grammar: `RATE[:BYTES[:reliable|lossy]]`, where
 * RATE is messages per second (`10/s`, `0.5/s`) and BYTES the payload (`200B` or `200`). Default:
 * 200 bytes, lossy.
 * @throws SwarmError `usage`
 */
export const parseDataRate = (text: string): DataTraffic => {
  const [rate = '', bytes, delivery, ...more] = text.trim().split(':');
  if (more.length > 0) throw usageError(`":${more[0]}" is one part too many`, GRAMMAR);
  return {
    messagesPerSecond: readRate(rate),
    bytes: readBytes(bytes),
    reliable: readDelivery(delivery),
  };
};

const readRate = (text: string): number => {
  const match = /^(-?\d+(?:\.\d+)?)(\/s)?$/.exec(text);
  if (match === null) throw usageError(`"${text}" is not a rate`, GRAMMAR);
  if (match[2] === undefined) throw usageError('a rate needs its unit', `write ${text}/s`);
  const rate = Number(match[1]);
  if (rate <= 0 || rate > MAX_DATA_RATE)
    throw usageError(`the rate must be above 0 and at most ${MAX_DATA_RATE}/s`, GRAMMAR);
  return rate;
};

const readBytes = (text: string | undefined): number => {
  if (text === undefined) return DEFAULT_BYTES;
  const match = /^(-?\d+)B?$/.exec(text);
  if (match === null) throw usageError(`"${text}" is not a size`, GRAMMAR);
  const bytes = Number(match[1]);
  if (bytes < MIN_DATA_BYTES || bytes > MAX_DATA_BYTES) {
    throw usageError(`a message has ${MIN_DATA_BYTES} to ${MAX_DATA_BYTES} bytes`, GRAMMAR);
  }
  return bytes;
};

const readDelivery = (text: string | undefined): boolean => {
  if (text === undefined || text === 'lossy') return false;
  if (text === 'reliable') return true;
  throw usageError(`"${text}" is neither reliable nor lossy`, GRAMMAR);
};

/** Text that `parseDataRate` reads back. */
export const formatDataRate = (data: DataTraffic): string =>
  `${data.messagesPerSecond}/s:${data.bytes}B:${data.reliable ? 'reliable' : 'lossy'}`;

/** Data messages that each participant sends. Null: none. */
export const data = defineRoleKey({
  name: 'data',
  file: z
    .string({
      error: hinted('must be data messages', 'write 10/s, 10/s:200B or 5/s:1000B:reliable'),
    })
    .transform(reading(parseDataRate))
    .meta({
      pattern: '^\\s*\\d+(?:\\.\\d+)?/s(?::\\d+B?(?::(?:reliable|lossy))?)?\\s*$',
      samples: ['10/s', '10/s:200B', '5/s:1000B:reliable'],
    })
    .optional()
    .describe('Data messages that each of them sends: RATE[:BYTES[:reliable|lossy]].'),
  settings: dataSchema.nullable(),
  plan: { from: (settings): DataTraffic[] => (settings === null ? [] : [settings]) },
  nativeOnly: true,
  read: (given) => given ?? null,
  write: (settings) =>
    settings === null
      ? undefined
      : formatDataRate(settings).replace(/^[^/]*/, decimal(settings.messagesPerSecond)),
});
