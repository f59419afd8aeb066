/** How long frames that carry their capture time took until they were shown: LiveKit's frame metadata, experimental in livekit-client. */
import { type RemoteVideoTrack, type Room, RoomEvent, Track } from 'livekit-client';
import { text as WORKER } from 'livekit-client/frame-metadata-worker?text';
import type { TimedFrames } from '../../client/read-stats.ts';

let worker: Worker | null = null;

/** It takes the metadata off each frame before that is decoded. One for all attempts to join. */
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

/** In Chromium, livekit-client 2.23 lets frames of all receivers wait for a transform, and gives one to those of video only: audio would stay silent. */
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
  /** By id of the MediaStreamTrack. */
  readonly #timed = new Map<string, TimedFrames>();

  /** @param element that shows the track */
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

  /** Of a track that had such frames. */
  of(id: string): { timed?: TimedFrames } {
    const timed = this.#timed.get(id);
    return timed === undefined ? {} : { timed: { ...timed } };
  }
}
