/**
 * Synthetic sources of a page: a moving picture on a canvas, and a voice-like tone. The page
 * requests no device.
 */
import type { PageTrack } from '../page-protocol.ts';

type PageVideo = Extract<PageTrack, { kind: 'video' }>;

/** Grain of a detailed picture: side of a grain, pixels, and its opacity. */
const GRAIN_SIDE = 8;
const GRAIN_ALPHA = 0.35;

/**
 * Duration of words and of the pauses between them, s: an encoder with DTX sends almost nothing in
 * the pauses.
 */
const WORD_S = 0.4;
const PAUSE_S = 0.3;

export interface OwnMedia {
  track: MediaStreamTrack;
  stop(): void;
}

export const createMedia = (track: PageTrack): OwnMedia =>
  track.kind === 'audio' ? createVoice() : createVideo(track);

const createVoice = (): OwnMedia => {
  const context = new AudioContext({ sampleRate: 48_000 });
  const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 140 });
  const words = new GainNode(context, { gain: 0 });
  const output = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  tone.connect(words).connect(output);
  tone.start();
  let at = context.currentTime;
  const speak = (): void => {
    for (; at < context.currentTime + 2; at += WORD_S + PAUSE_S) {
      words.gain.setTargetAtTime(0.3, at, 0.02);
      words.gain.setTargetAtTime(0, at + WORD_S, 0.02);
    }
  };
  speak();
  const timer = setInterval(speak, 1_000);
  return {
    track: firstTrack(output.stream),
    stop: () => {
      clearInterval(timer);
      void context.close();
    },
  };
};

const createVideo = ({ source, width, height, framesPerSecond, detailed }: PageVideo): OwnMedia => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const drawing = canvas.getContext('2d', { alpha: false });
  if (drawing === null) throw new Error('the browser has no 2D canvas');
  const grain = detailed ? createGrain(width, height) : null;
  const draw = source === 'screen' ? drawPage : drawBoxes;
  let frame = 0;
  const next = (): void => {
    frame++;
    draw(drawing, frame, width, height);
    if (grain === null) return;
    drawing.globalAlpha = GRAIN_ALPHA;
    // Grain at a random position: no encoder can predict it from the previous frame.
    drawing.drawImage(
      grain,
      -Math.random() * width,
      -Math.random() * height,
      2 * width,
      2 * height,
    );
    drawing.globalAlpha = 1;
  };
  next();
  const timer = setInterval(next, 1_000 / framesPerSecond);
  const track = firstTrack(canvas.captureStream(framesPerSecond));
  // Text stays sharp at the cost of frame rate (W3C mst-content-hint).
  if (source === 'screen') track.contentHint = 'detail';
  return { track, stop: () => clearInterval(timer) };
};

type Draw = (
  drawing: CanvasRenderingContext2D,
  frame: number,
  width: number,
  height: number,
) => void;

const drawBoxes: Draw = (drawing, frame, width, height) => {
  drawing.fillStyle = `hsl(${frame % 360} 40% 40%)`;
  drawing.fillRect(0, 0, width, height);
  const side = height / 6;
  for (let box = 0; box < 6; box++) {
    drawing.fillStyle = `hsl(${(frame * 3 + box * 60) % 360} 90% 60%)`;
    drawing.fillRect((frame * (4 + box * 2)) % width, box * side, side, side);
  }
};

/**
 * Draw a page of text that is still for six seconds and then scrolls for three, like the clips of
 * screens.
 */
const drawPage: Draw = (drawing, frame, width, height) => {
  const [still, loop] = [90, 135];
  const scrolled = Math.max(0, (frame % loop) - still) * Math.round(height / 50);
  drawing.fillStyle = 'white';
  drawing.fillRect(0, 0, width, height);
  drawing.fillStyle = 'black';
  drawing.font = `${Math.round(height / 60)}px monospace`;
  const line = Math.round(height / 45);
  const first = Math.floor(scrolled / line);
  for (let row = first; row <= first + 46; row++) {
    const text = `${row} room track layer packet frame codec stream server client `.repeat(
      1 + (row % 3),
    );
    drawing.fillText(text, width / 30, (row + 1) * line - scrolled);
  }
};

/** Canvas with random shades, as from a noisy camera. */
const createGrain = (width: number, height: number): HTMLCanvasElement => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: (2 * width) / GRAIN_SIDE, height: (2 * height) / GRAIN_SIDE });
  const drawing = canvas.getContext('2d');
  if (drawing === null) throw new Error('the browser has no 2D canvas');
  const image = drawing.createImageData(canvas.width, canvas.height);
  for (let at = 0; at < image.data.length; at += 4)
    image.data.set([...Array(3).fill(Math.random() * 256), 255], at);
  drawing.putImageData(image, 0, 0);
  return canvas;
};

/** First track of a stream. @throws Error if there is none */
export const firstTrack = (stream: MediaStream): MediaStreamTrack => {
  const [track] = stream.getTracks();
  if (track === undefined) throw new Error('the browser made a stream without a track');
  return track;
};
