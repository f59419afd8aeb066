/** Media that rtc participants publish: a voice-like tone, and a moving bar. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  type LocalTrack,
  LocalVideoTrack,
  VideoBufferType,
  VideoFrame,
  VideoSource,
} from '@livekit/rtc-node';
import { RESOLUTIONS, type TrackPlan } from '@livekit-swarm/scenario';

export interface OwnMedia {
  track: LocalTrack;
  stop(): Promise<void>;
}

const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = SAMPLE_RATE / 100;
const QUEUE_MS = 200;
const FRAMES_PER_SECOND = 30;

export const createMedia = (plan: TrackPlan): OwnMedia =>
  plan.kind === 'audio' ? createVoice() : createPicture(RESOLUTIONS[plan.resolution]);

/** Audio source with 0.4 s of tone and 0.3 s of silence in turn. */
const createVoice = (): OwnMedia => {
  const source = new AudioSource(SAMPLE_RATE, 1, QUEUE_MS);
  let isStopped = false;
  const speak = async (): Promise<void> => {
    for (let frame = 0; !isStopped; frame++) {
      const isWord = frame % 70 < 40;
      const samples = Int16Array.from({ length: FRAME_SAMPLES }, (_, sample) =>
        isWord
          ? 6_000 * Math.sin(((frame * FRAME_SAMPLES + sample) * 2 * Math.PI * 240) / SAMPLE_RATE)
          : 0,
      );
      // `captureFrame` waits while its queue is full, and so sets the pace.
      await source.captureFrame(new AudioFrame(samples, SAMPLE_RATE, 1, FRAME_SAMPLES));
    }
  };
  // The loop ends with an error if the source is closed meanwhile.
  speak().catch(() => {});
  return {
    track: LocalAudioTrack.createAudioTrack('audio', source),
    stop: async () => {
      isStopped = true;
      await closeSource(source);
    },
  };
};

const createPicture = ({ width, height }: { width: number; height: number }): OwnMedia => {
  const source = new VideoSource(width, height);
  const picture = new Uint8Array(width * height * 1.5);
  const bar = Math.floor(height / 8);
  let frame = 0;
  const timer = setInterval(() => {
    frame++;
    picture.fill(60, 0, width * height);
    const top = (frame * 4) % (height - bar);
    picture.fill(200, top * width, (top + bar) * width);
    picture.fill(frame % 256, width * height);
    source.captureFrame(new VideoFrame(picture, width, height, VideoBufferType.I420));
  }, 1_000 / FRAMES_PER_SECOND);
  return {
    track: LocalVideoTrack.createVideoTrack('video', source),
    stop: async () => {
      clearInterval(timer);
      await closeSource(source);
    },
  };
};

/** Close a source. It may hang. */
export const closeSource = async (source: Pick<AudioSource, 'close'>): Promise<void> => {
  await Promise.race([source.close(), sleep(200)]);
};
