import { z } from 'zod';

const count = z.number();

/**
 * Data messages of a role that waited in the send buffers of its participants, in a second in which
 * some did.
 */
export const dataQueueSample = z.object({
  group: z.string(),
  role: z.string(),
  /** Peer connections that sent. */
  peers: count,
  /** Messages that the buffers took, and their bytes. */
  messages: count,
  bytes: count,
  /** Messages that were dropped because the buffer was full. */
  refused: count,
  /**
   * Bytes that were not acknowledged when messages were written, summed over the messages: those
   * that wait in the buffers, and those on their way.
   */
  bytesAhead: count,
  /** Longest round-trip time of those connections, ms; absent: unknown. */
  rttMs: count.exactOptional(),
});

export type DataQueueSample = z.infer<typeof dataQueueSample>;
