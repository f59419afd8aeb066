import { z } from 'zod';

const ms = () => z.number().min(0);

const link = z
  .object({
    /** Share of packets dropped, 0 … 1. */
    loss: z.number(),
    /** Mean length of a loss burst, packets (Gilbert–Elliott); 1: losses are independent. */
    burst: z.number(),
    /** Of every packet. */
    delayMs: ms(),
    /**
     * Added to the delay: exponentially distributed with this mean, a new value every 20 ms. Audio packets of 20 ms have about this interarrival jitter
     * (RFC 3550 §6.4.1). A delayed packet delays those behind it, so beyond 20 ms the jitter is less than this and the delay more.
     */
    jitterMs: ms(),
    /** Share of packets that arrive behind the one that followed them in their stream, 0 … 0.5. */
    reorder: z.number(),
    /** Bits per second, headers of IP and UDP included; null: no limit. */
    rateBps: z.number().nullable(),
    /** With a rate: a packet that would have to wait longer than this for its turn is dropped. */
    queueMs: ms(),
  })
  .meta({ id: 'Link', description: 'Impairment of an access network in one direction.' });

export const impairmentSchema = z.object({ up: link, down: link });

export type LinkImpairment = z.infer<typeof link>;
export type NetworkImpairment = z.infer<typeof impairmentSchema>;
