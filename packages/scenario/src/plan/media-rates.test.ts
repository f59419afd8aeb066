import { expect, test } from 'vitest';
import type { Resolution } from '../role-spec.ts';
import { layersOf } from './media-rates.ts';

const layers = (resolution: Resolution, simulcast: boolean): Resolution[] =>
  layersOf({ kind: 'video', source: 'camera', codec: 'vp8', resolution, simulcast });

test("simulcast has livekit-client's default layers: three from 540p on, two at 360p, one at 180p", () => {
  expect(layers('1080p', true)).toEqual(['180p', '360p', '1080p']);
  expect(layers('720p', true)).toEqual(['180p', '360p', '720p']);
  expect(layers('540p', true)).toEqual(['180p', '360p', '540p']);
  expect(layers('360p', true)).toEqual(['180p', '360p']);
  expect(layers('180p', true)).toEqual(['180p']);
});

test('without simulcast there is one layer', () => {
  expect(layers('720p', false)).toEqual(['720p']);
});
