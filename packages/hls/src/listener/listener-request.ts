import type { Clock } from '@livekit-swarm/livekit';
import type { Fetcher } from '../http/fetcher.ts';
import type { MayLoad } from '../http/load.ts';
import type { NoteFact } from './fact.ts';

export interface ListenerRequest {
  /** Multivariant or media playlist. */
  url: URL;
  /** Bandwidth of the listener, bit/s; null: no limit. */
  mostBitsPerSecond: number | null;
  fetcher: Fetcher;
  mayLoad: MayLoad;
  clock: Clock;
  /** Signal that ends the listener. */
  signal: AbortSignal;
  note: NoteFact;
}
