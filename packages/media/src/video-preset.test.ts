import { VideoPresets } from 'livekit-client';
import { expect, test } from 'vitest';
import { VIDEO_PRESETS } from './video-preset.ts';

test('presets equal those of livekit-client', () => {
  const theirs = Object.fromEntries(
    (['180', '360', '540', '720', '1080'] as const).map((height) => {
      const { width, height: pixels, encoding } = VideoPresets[`h${height}`];
      return [
        `${height}p`,
        { width, height: pixels, fps: encoding.maxFramerate, maxBitrate: encoding.maxBitrate },
      ];
    }),
  );
  expect(VIDEO_PRESETS).toEqual(theirs);
});
