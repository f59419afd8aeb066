import type { ListenerEnd } from './fact.ts';
import type { ListenerRequest } from './listener-request.ts';
import { openStream } from './open-stream.ts';
import { Playback } from './playback.ts';
import { SegmentLoader, StreamLost } from './segment-loader.ts';
import { StreamFollower } from './stream-follower.ts';

/**
 * Follows a live stream as a player does, from the first playlist until the stream ends, it cannot
 * be followed, or the signal is aborted. No answer of a server is an exception: everything is a
 * fact.
 */
export const listen = async (request: ListenerRequest): Promise<void> => {
  const { clock, note, signal } = request;
  const playback = new Playback(clock.now(), note);
  const end = await follow(request, playback).catch((error: unknown): ListenerEnd => {
    if (error instanceof StreamLost) return 'failed';
    if (signal.aborted) return 'time_over';
    throw error;
  });
  const atMs = clock.now();
  if (end !== 'stream_ended') playback.stop(atMs);
  note({ type: 'ended', atMs, end });
};

/** @throws StreamLost; the reason of the signal when it is aborted */
const follow = async (request: ListenerRequest, playback: Playback): Promise<ListenerEnd> => {
  const opened = await openStream(request);
  if (opened === null) return 'failed';
  const over = new AbortController();
  const ownRequest = { ...request, signal: AbortSignal.any([request.signal, over.signal]) };
  const loader = new SegmentLoader(ownRequest, playback);
  const follower = new StreamFollower(ownRequest, playback, loader);
  try {
    await Promise.all([loader.run(), follower.run(opened)]);
    return 'stream_ended';
  } finally {
    // Whichever fails first ends the other.
    over.abort();
    follower.stop();
  }
};
