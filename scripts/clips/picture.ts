import { join } from 'node:path';
import { VIDEO_PRESETS, type VideoPreset } from '@livekit-swarm/media';
import { ffmpeg } from './tool.ts';

export const SECONDS = 4;

/**
 * Filter graph of the moving picture, the same at each size: waves of light and colour with a
 * period of the clip's four seconds, under a still grain (detail for keyframes) and a moving one
 * (changes for other frames), a moving box, and a clock with a frame counter.
 */
const filterGraph = ({ width, height, fps }: VideoPreset): string => {
  const even = (pixels: number): number => 2 * Math.round(pixels / 2);
  const stripes = '44*sin(6*X/W+PI*T/2)*cos(5*Y/H-PI*T/2)';
  const rings = String.raw`36*sin(9*hypot(X/W-0.5-0.2*sin(PI*T/2)\,(Y/H-0.5)*0.56)*PI-PI*T)`;
  return [
    `color=c=black:s=${width}x${height}:r=${fps}:d=${SECONDS}`,
    'format=yuv444p',
    `geq=lum='96+${stripes}+${rings}':cb='128+50*sin(4*X/W+PI*T/2)':cr='128+50*cos(4*Y/H-PI*T/2)'`,
    'format=yuv420p',
    'noise=c0s=18:c0_seed=7',
    'noise=c0s=4:c0f=t:c0_seed=3',
    `drawgrid=w=iw/16:h=ih/9:t=1:c=white@0.15[waves];color=c=orange:s=${even(width / 6)}x${even(height / 6)}:r=${fps}:d=${SECONDS}`,
    'format=yuv420p[box];[waves][box]overlay=x=W*(0.4+0.35*sin(PI*t/2)):y=H*(0.3+0.2*cos(PI*t))',
    String.raw`drawtext=font=DejaVu Sans Mono:text='%{pts\:flt} %{n}':fontsize=h/9:x=w/20:y=h-2*lh:fontcolor=white:box=1:boxcolor=black@0.6`,
  ].join(',');
};

/**
 * Draws the picture at the preset's size and rate into `work`, uncompressed, and returns the file.
 */
export const drawPicture = (resolution: keyof typeof VIDEO_PRESETS, work: string): string => {
  const file = join(work, `${resolution}.y4m`);
  ffmpeg('-filter_complex', filterGraph(VIDEO_PRESETS[resolution]), '-f', 'yuv4mpegpipe', file);
  return file;
};
