import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCREEN_PRESETS, type ScreenResolution } from '@livekit-swarm/media';
import { ffmpeg } from './tool.ts';

/** Time without scrolling, s: a page is read first, then scrolled. */
export const STILL_SECONDS = 6;
export const SCREEN_SECONDS = 9;

const WORDS =
  'room track layer packet frame codec stream server client offer answer candidate session window cursor line file page list table value index result sender receiver report key'.split(
    ' ',
  );
/** Number of lines, more than are scrolled past. */
const LINES = 220;

/** Makes a random generator with fixed results (linear congruential, Numerical Recipes). */
const createRandom = (): (() => number) => {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const textOfPage = (): string => {
  const random = createRandom();
  const line = (): string => {
    if (random() < 0.15) return '';
    let text = ' '.repeat(2 * Math.floor(random() * 4));
    const length = 40 + random() * 115;
    while (text.length < length)
      text += `${WORDS[Math.floor(random() * WORDS.length)]}${random() < 0.2 ? ', ' : ' '}`;
    return text.trimEnd();
  };
  return Array.from({ length: LINES }, line).join('\n');
};

/**
 * Draws the page at this size into `work`, uncompressed, and returns the file: dark text, sixty
 * lines high, under a bar that stays.
 */
export const drawScreen = (resolution: ScreenResolution, work: string): string => {
  const { width, height, fps } = SCREEN_PRESETS[resolution];
  const text = join(work, 'page.txt');
  writeFileSync(text, textOfPage());
  const font = `font=DejaVu Sans Mono:fontsize=${Math.round(height / 60)}:line_spacing=${Math.floor(height / 200)}`;
  const filters = [
    // The page is three screens high, of which one is visible.
    `color=c=white:s=${width}x${3 * height}:r=${fps}:d=${SCREEN_SECONDS}`,
    'format=yuv420p',
    `drawtext=${font}:textfile=${text}:x=w/30:y=${Math.round(height / 12)}:fontcolor=black`,
    `crop=${width}:${height}:0:'2*floor(max(0,t-${STILL_SECONDS})*ih/10)':exact=1`,
    'drawbox=w=iw:h=ih/20:c=orange:t=fill',
  ].join(',');
  const file = join(work, `screen-${resolution}.y4m`);
  ffmpeg('-filter_complex', filters, '-f', 'yuv4mpegpipe', file);
  return file;
};
