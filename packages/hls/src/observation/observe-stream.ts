import type { Fetcher } from '../http/fetcher.ts';
import { listen } from '../listener/listen.ts';
import type { ListenerRequest } from '../listener/listener-request.ts';
import { nothingObserved, observe, type StreamObservation } from './stream-observation.ts';

export interface ObservationRequest extends Omit<ListenerRequest, 'note' | 'fetcher'> {
  /** Time for which the stream is followed, ms. */
  durationMs: number;
  openFetcher: () => Fetcher;
}

/**
 * Follows a stream with one listener, as a player does, for some seconds, or until it ends, cannot
 * be followed, or the signal is aborted.
 * @throws nothing for an answer of a server
 */
export const observeStream = async (request: ObservationRequest): Promise<StreamObservation> => {
  const { clock, durationMs, openFetcher } = request;
  const seen = nothingObserved();
  const over = new AbortController();
  const cancelEnd = clock.after(durationMs, () => over.abort());
  const fetcher = openFetcher();
  try {
    await listen({
      ...{ url: request.url, mostBitsPerSecond: request.mostBitsPerSecond, fetcher, clock },
      ...{ mayLoad: request.mayLoad, signal: AbortSignal.any([request.signal, over.signal]) },
      note: (fact) => observe(seen, fact),
    });
  } finally {
    cancelEnd();
    await fetcher.close();
  }
  return seen;
};
