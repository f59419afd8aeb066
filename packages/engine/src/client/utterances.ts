import { loadSpeechSamples, SPEECH_SAMPLE_RATE } from '@livekit-swarm/webrtc';
import { FRAME_MS, SENTENCES } from '../voice/sentences.ts';
import { isVoice } from '../voice/voice-detector.ts';

const FRAME_SAMPLES = (SPEECH_SAMPLE_RATE * FRAME_MS) / 1_000;
const FULL_SCALE = 32_768;

let loaded: readonly Int16Array<ArrayBuffer>[] | null = null;

/**
 * Sentences of swarm as samples, mono: for callers on clients that encode on their own. Each begins
 * with its first voice and ends with its last. They are read once per process: callers share the
 * samples and must not change them.
 */
export const loadUtterances = (): readonly Int16Array<ArrayBuffer>[] => {
  loaded ??= cutSpeech();
  return loaded;
};

const cutSpeech = (): Int16Array<ArrayBuffer>[] => {
  const speech = loadSpeechSamples();
  return SENTENCES.map(([from, to]) => {
    const frames = Array.from({ length: to - from }, (_, index) =>
      speech.subarray((from + index) * FRAME_SAMPLES, (from + index + 1) * FRAME_SAMPLES),
    );
    const voiced = frames.map((frame) => isVoice(frame, FULL_SCALE));
    const [first, last] = [voiced.indexOf(true), voiced.lastIndexOf(true)];
    return speech.slice((from + first) * FRAME_SAMPLES, (from + last + 1) * FRAME_SAMPLES);
  });
};
