import { VideoPresets } from 'livekit-client';
import { expect, test } from 'vitest';
import { simulcastLayers } from './simulcast.ts';
import { type Resolution, VIDEO_PRESETS } from './video-preset.ts';

const layers = (camera: Resolution): string[] =>
  simulcastLayers(camera).map(({ rid, resolution, fps, maxBitrate }) => `${rid} ${resolution} ${fps} fps ${maxBitrate}`);

const LOWEST = 'q 180p 20 fps 160000';
const MIDDLE = 'h 360p 20 fps 450000';

test('a camera from 540p on has three layers, 360p two, 180p one', () => {
  expect(layers('1080p')).toEqual([LOWEST, MIDDLE, 'f 1080p 30 fps 3000000']);
  expect(layers('720p')).toEqual([LOWEST, MIDDLE, 'f 720p 30 fps 1700000']);
  expect(layers('540p')).toEqual([LOWEST, MIDDLE, 'f 540p 25 fps 800000']);
  expect(layers('360p')).toEqual([LOWEST, MIDDLE]);
  expect(layers('180p')).toEqual([LOWEST]);
});

test('presets are those of livekit-client', () => {
  const theirs = Object.fromEntries(
    (['180', '360', '540', '720', '1080'] as const).map((height) => {
      const { width, height: pixels, encoding } = VideoPresets[`h${height}`];
      return [`${height}p`, { width, height: pixels, fps: encoding.maxFramerate, maxBitrate: encoding.maxBitrate }];
    }),
  );
  expect(VIDEO_PRESETS).toEqual(theirs);
});
