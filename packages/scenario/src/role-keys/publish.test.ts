import { describe, expect, it } from 'vitest';
import { parseResolution } from '../resolution.ts';
import { parsePublish } from './publish.ts';

describe('parsePublish', () => {
  it.each([
    ['audio', ['audio']],
    ['video', ['video']],
    ['audio,video', ['audio', 'video']],
    ['video, audio', ['audio', 'video']],
    ['none', []],
  ])('reads %s', (text, kinds) => {
    expect(parsePublish(text)).toEqual(kinds);
  });

  it.each([
    ['none,audio', '"none" cannot be combined with a track'],
    ['screen', '"screen" cannot be published'],
    ['', '"" cannot be published'],
  ])('rejects %j', (text, message) => {
    expect(() => parsePublish(text)).toThrow(message);
  });
});

describe('parseResolution', () => {
  it.each([
    ['720p', '720p'],
    ['1080', '1080p'],
    ['640x360', '360p'],
    ['540P', '540p'],
  ])('reads %s as %s', (text, resolution) => {
    expect(parseResolution(text)).toBe(resolution);
  });

  it.each(['4k', '719p', '', 'toString'])('rejects %j, and lists all resolutions', (text) => {
    expect(() => parseResolution(text)).toThrow(
      expect.objectContaining({ hint: 'write 180p, 360p, 540p, 720p, 1080p' }),
    );
  });
});
