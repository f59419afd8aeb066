import { AudioFrame, AudioSource, LocalAudioTrack } from '@livekit/rtc-node';
import { SPEECH_SAMPLE_RATE } from '@livekit-swarm/webrtc';
import { loadUtterances } from '../client/utterances.ts';
import type { Voice } from '../voice/voice-part.ts';
import { closeSource, type OwnMedia } from './media.ts';

/** Own audio of a caller: silence, and the utterances that it is requested to play. */
export interface Mouth extends OwnMedia {
  /** Begin to play an utterance once. */
  speak(utterance: number): Promise<void>;
}

/** Length of the pieces in which libwebrtc takes audio from its queue, ms. */
const PIECE_MS = 10;

/**
 * Make the audio of a caller. libwebrtc paces a whole utterance from its queue, so that a busy event
 * loop does not tear it.
 * @param onSpoken is called at the end of an utterance, with times of `now`
 */
export const createMouth = (now: () => number, onSpoken: (voice: Voice) => void): Mouth => {
  const utterances = loadUtterances();
  const lengthMs = (samples: Int16Array): number => (samples.length / SPEECH_SAMPLE_RATE) * 1_000;
  const source = new AudioSource(
    SPEECH_SAMPLE_RATE,
    1,
    Math.ceil(Math.max(...utterances.map(lengthMs))),
  );
  let timer: NodeJS.Timeout | undefined;
  return {
    track: LocalAudioTrack.createAudioTrack('audio', source),
    speak: async (utterance) => {
      const samples = utterances[utterance % utterances.length] ?? new Int16Array();
      clearTimeout(timer);
      source.clearQueue();
      // The next piece is taken half of its length later on average.
      const from = now() + PIECE_MS / 2;
      const to = from + lengthMs(samples) - PIECE_MS;
      await source.captureFrame(new AudioFrame(samples, SPEECH_SAMPLE_RATE, 1, samples.length));
      timer = setTimeout(() => onSpoken({ from, to }), Math.max(0, to - now()));
    },
    stop: async () => {
      clearTimeout(timer);
      await closeSource(source);
    },
  };
};
