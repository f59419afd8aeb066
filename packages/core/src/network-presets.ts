/** What a bad link does to the packets of one participant, one way. */
export interface LinkImpairment {
  /** Share of packets dropped, 0 … 1. */
  loss: number;
  /** Mean length of a burst of losses, packets; 1 means that each is lost by itself. */
  burst: number;
  delayMs: number;
  jitterMs: number;
  /** Share of packets that overtake others, 0 … 1. */
  reorder: number;
  /** Bits a second; null means no limit. */
  rateBps: number | null;
  /** What does not fit the rate waits this long at most, ms. */
  queueMs: number;
}

export interface NetworkImpairment {
  up: LinkImpairment;
  down: LinkImpairment;
}
