import { expect, test } from 'vitest';
import type { Layout } from '../role-keys/layout.ts';
import type { Resolution, TrackPlan } from '../track-plan.ts';
import { layersOf, receivedRate } from './media-rates.ts';

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

test('a shared screen has two layers with simulcast, and from 720p one', () => {
  const screen = (resolution: Resolution, simulcast: boolean): Resolution[] =>
    layersOf({ kind: 'video', source: 'screen', codec: 'vp8', resolution, simulcast });
  expect(screen('1080p', true)).toEqual(['720p', '1080p']);
  expect(screen('1080p', false)).toEqual(['1080p']);
  expect(screen('720p', true)).toEqual(['720p']);
});

test('bit rates belong to the highest layers', () => {
  const screen: Extract<TrackPlan, { kind: 'video' }> = {
    ...{ kind: 'video', source: 'screen', codec: 'vp8', resolution: '1080p', simulcast: true },
    bitrates: [2_000_000, 4_000_000],
  };
  const own = { ...screen, bitrates: [4_000_000] };
  const grid = { type: 'grid', tiles: 1 } as const;
  const ratio = (track: TrackPlan, layout: Layout): number =>
    receivedRate(track, layout).bits / receivedRate({ ...screen, bitrates: [] }, layout).bits;
  expect(ratio(screen, { type: 'all' })).toBeCloseTo(4 / 2.49);
  expect(ratio(screen, grid)).toBeCloseTo(2 / 1.485);
  expect(ratio(own, { type: 'all' })).toBeCloseTo(4 / 2.49);
  expect(ratio(own, grid)).toBe(1);
});
