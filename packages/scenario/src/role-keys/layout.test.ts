import { describe, expect, it } from 'vitest';
import type { Layout } from './layout.ts';
import { audibleTracks, formatLayout, parseLayout, visibleVideos } from './layout.ts';

describe('parseLayout', () => {
  it.each<[string, Layout]>([
    ['all', { type: 'all' }],
    ['speaker', { type: 'speaker' }],
    ['audio-only', { type: 'audio-only' }],
    ['none', { type: 'none' }],
    ['grid:9', { type: 'grid', tiles: 9 }],
    ['grid25', { type: 'grid', tiles: 25 }],
  ])('reads %s', (text, layout) => {
    expect(parseLayout(text)).toEqual(layout);
    expect(parseLayout(formatLayout(layout))).toEqual(layout);
  });

  it.each([
    ['grid:0', 'a grid has 1 to 100 tiles'],
    ['grid:-1', 'a grid has 1 to 100 tiles'],
    ['grid:101', 'a grid has 1 to 100 tiles'],
    ['grid', 'a grid needs a number of tiles'],
    ['mosaic', 'is not a layout'],
    ['', 'is not a layout'],
  ])('rejects %j', (text, message) => {
    expect(() => parseLayout(text)).toThrow(message);
  });
});

describe('number of tracks of five others that a layout receives', () => {
  it.each<[Layout, number, number]>([
    [{ type: 'all' }, 5, 5],
    [{ type: 'speaker' }, 1, 5],
    [{ type: 'grid', tiles: 4 }, 4, 5],
    [{ type: 'grid', tiles: 9 }, 5, 5],
    [{ type: 'audio-only' }, 0, 5],
    [{ type: 'none' }, 0, 0],
  ])('%j: %i videos, %i audio tracks', (layout, videos, audios) => {
    expect(visibleVideos(layout, 5)).toBe(videos);
    expect(audibleTracks(layout, 5)).toBe(audios);
  });
});
