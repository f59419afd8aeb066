/** Audio of a track in pieces of 10 ms: decoded, of a remote track, or before it is encoded. */
import { isVoice } from '../../voice/voice-detector.ts';

/** Chromium has this for audio in pages, too; the specification has it in workers, for video. */
declare class MediaStreamTrackProcessor {
  constructor(options: { track: MediaStreamTrack; maxBufferSize: number });
  readonly readable: ReadableStream<AudioData>;
}

/** Unix time minus the clock of the page, ms. */
const OFFSET_MS = Date.now() - performance.now();

/** Pieces that wait for a busy page: a second. */
const WAITING_PIECES = 100;

/**
 * Read the audio of a track until it ends.
 * @param take gets whether a piece is voice, and its time, Unix ms
 * @returns function that ends the reading
 */
export const readPieces = (
  track: MediaStreamTrack,
  take: (isVoiced: boolean, at: number) => void,
  onEnd: () => void = () => {},
): (() => void) => {
  const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: WAITING_PIECES });
  const reader = readable.getReader();
  let samples = new Float32Array();
  // Chromium stamps a piece when it is there, on the clock of the page but with another zero. The
  // piece that was read soonest shows the zero, however late the page reads others.
  let zero = Number.POSITIVE_INFINITY;
  const read = async (): Promise<void> => {
    for (;;) {
      const { value: piece } = await reader.read();
      if (piece === undefined) break;
      const stampedAt = piece.timestamp / 1_000;
      zero = Math.min(zero, performance.now() - stampedAt);
      if (samples.length !== piece.numberOfFrames) samples = new Float32Array(piece.numberOfFrames);
      piece.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      piece.close();
      take(isVoice(samples, 1), OFFSET_MS + stampedAt + zero);
    }
    onEnd();
  };
  read().catch(onEnd);
  return () => void reader.cancel().catch(() => {});
};
