/**
 * Latency of frames from capture to display, for frames that carry their capture time (LiveKit's
 * frame metadata, experimental in livekit-client).
 */
import { type RemoteVideoTrack, type Room, RoomEvent, Track } from 'livekit-client';
import { text as WORKER } from 'livekit-client/frame-metadata-worker?text';
import type { TimedFrames } from '../../client/read-stats.ts';

let worker: Worker | null = null;

/**
 * Worker that removes the metadata from each frame before decoding; shared by all attempts to join.
 */
export const frameMetadataWorker = (): Worker => {
  worker ??= startWorker();
  return worker;
};

const startWorker = (): Worker => {
  const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
  const started = new Worker(url);
  URL.revokeObjectURL(url);
  return started;
};

interface WithStreams {
  createEncodedStreams(): { readable: ReadableStream; writable: WritableStream };
}

/**
 * Pass encoded audio frames on unchanged. In Chromium, livekit-client 2.23 makes frames of every
 * receiver wait for a transform but installs transforms for video only: audio would not play.
 */
export const letAudioPass = (room: Room): void => {
  const passed = new WeakSet<RTCRtpReceiver>();
  room.on(RoomEvent.TrackSubscribed, ({ kind, receiver }) => {
    if (kind !== Track.Kind.Audio || receiver === undefined || passed.has(receiver)) return;
    passed.add(receiver);
    const { readable, writable } = (receiver as unknown as WithStreams).createEncodedStreams();
    void readable.pipeTo(writable);
  });
};

export class FrameTimer {
  /** Latency by id of the MediaStreamTrack. */
  readonly #timed = new Map<string, TimedFrames>();

  /** Measure the frames of a track. @param element video element that plays the track */
  watch(track: RemoteVideoTrack, element: HTMLMediaElement): void {
    if (!(element instanceof HTMLVideoElement)) return;
    const { id } = track.mediaStreamTrack;
    const onFrame = (
      now: number,
      { rtpTimestamp, expectedDisplayTime }: VideoFrameCallbackMetadata,
    ) => {
      const metadata =
        rtpTimestamp === undefined ? undefined : track.lookupFrameMetadata({ rtpTimestamp });
      if (metadata !== undefined && metadata.userTimestamp > 0n) {
        const shownAt = Date.now() + expectedDisplayTime - now;
        const timed = this.#timed.get(id) ?? { count: 0, latencyMs: 0 };
        timed.count++;
        timed.latencyMs += shownAt - Number(metadata.userTimestamp) / 1_000;
        this.#timed.set(id, timed);
      }
      if (element.isConnected) element.requestVideoFrameCallback(onFrame);
    };
    element.requestVideoFrameCallback(onFrame);
  }

  /** Measured latency of a track; empty if none of its frames carried a capture time. */
  of(id: string): { timed?: TimedFrames } {
    const timed = this.#timed.get(id);
    return timed === undefined ? {} : { timed: { ...timed } };
  }
}
