import { z } from 'zod';

const ms = () => z.number().min(0);

const link = z
  .object({
    /** Share of packets dropped, 0 … 1. */
    loss: z.number(),
    /** Mean length of a loss burst, packets (Gilbert–Elliott); 1: losses are independent. */
    burst: z.number(),
    /** Delay of every packet, ms. */
    delayMs: ms(),
    /**
     * Mean of an exponentially distributed addition to the delay, with a new value every 20 ms.
     * Audio packets of 20 ms have about this interarrival jitter (RFC 3550 §6.4.1). A delayed
     * packet delays those behind it, so beyond 20 ms the jitter is less than this and the delay
     * more.
     */
    jitterMs: ms(),
    /** Share of packets that arrive behind their successor in the stream, 0 … 0.5. */
    reorder: z.number(),
    /** Rate limit with headers of IP and UDP, bit/s; null: no limit. */
    rateBps: z.number().nullable(),
    /**
     * Longest wait in the queue of the rate limit: a packet that would wait longer is dropped, ms.
     */
    queueMs: ms(),
  })
  .meta({ id: 'Link', description: 'Impairment of an access network in one direction.' });

export const impairmentSchema = z.object({ up: link, down: link });

export type LinkImpairment = z.infer<typeof link>;
export type NetworkImpairment = z.infer<typeof impairmentSchema>;
