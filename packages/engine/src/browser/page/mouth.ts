import type { Voice } from '../../voice/voice-part.ts';
import type { PageConversation } from '../page-protocol.ts';
import { readPieces } from './audio-pieces.ts';
import { firstTrack, type OwnMedia } from './media.ts';

/** Own audio of a caller: silence, and the utterances that it is requested to play. */
export interface Mouth extends OwnMedia {
  /** Begin to play an utterance once. */
  speak(utterance: number): void;
}

/** Utterance that is played. */
interface Playing {
  source: AudioBufferSourceNode;
  hasEnded: boolean;
  /** Time of its voice until now; null: it had none. */
  voice: Voice | null;
}

/** Silence after which the last voice of an utterance has left the audio graph, ms. */
const LEFT_MS = 40;

const samplesOf = (utterance: string): Float32Array<ArrayBuffer> => {
  const bytes = Uint8Array.from(atob(utterance), (letter) => letter.charCodeAt(0));
  return Float32Array.from(new Int16Array(bytes.buffer), (sample) => sample / 32_768);
};

/**
 * Make the audio of a caller. The times of an utterance are those of its voice in the track that is
 * published: the audio graph plays it some time after the request.
 */
export const createMouth = (
  { utterances, sampleRate }: PageConversation,
  onSpoken: (voice: Voice) => void,
): Mouth => {
  const context = new AudioContext({ sampleRate: 48_000 });
  const output = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  // Silence between utterances.
  const silence = new ConstantSourceNode(context, { offset: 0 });
  silence.connect(output);
  silence.start();
  const buffers = utterances.map((utterance) => {
    const samples = samplesOf(utterance);
    const buffer = new AudioBuffer({ length: samples.length, numberOfChannels: 1, sampleRate });
    buffer.copyToChannel(samples, 0);
    return buffer;
  });
  const track = firstTrack(output.stream);
  let playing: Playing | null = null;
  const stopReading = readPieces(track, (isVoiced, at) => {
    if (playing === null) return;
    const { voice, hasEnded } = playing;
    if (isVoiced) playing.voice = { from: voice?.from ?? at, to: at };
    else if (hasEnded && voice !== null && at - voice.to >= LEFT_MS) {
      playing = null;
      onSpoken(voice);
    }
  });
  return {
    track,
    speak: (utterance) => {
      playing?.source.stop();
      const source = new AudioBufferSourceNode(context, {
        buffer: buffers[utterance % buffers.length] ?? null,
      });
      source.connect(output);
      const next: Playing = { source, hasEnded: false, voice: null };
      source.addEventListener('ended', () => {
        next.hasEnded = true;
      });
      playing = next;
      source.start();
    },
    stop: () => {
      stopReading();
      void context.close();
    },
  };
};
