import { readFileSync } from 'node:fs';

/** Sample rate of the decoded speech, Hz. */
export const SPEECH_SAMPLE_RATE = 16_000;

/**
 * The clip `speech`, decoded: for clients that encode on their own. Mono.
 * @throws Error if the file is missing
 */
export const loadSpeechSamples = (): Int16Array => {
  const file = readFileSync(new URL('../clips/speech.pcm', import.meta.url));
  return Int16Array.from({ length: file.length / 2 }, (_, index) => file.readInt16LE(2 * index));
};
