import { describe, expect, it } from 'vitest';
import { type LoadFlags, parseLoadFlags } from './load-flags.ts';
import { DEFAULT_LOAD_SPEC } from './load-spec.ts';

describe('parseLoadFlags', () => {
  it('gives 20 rooms of 2 with audio for 30 s when nothing is said', () => {
    expect(parseLoadFlags({})).toEqual(DEFAULT_LOAD_SPEC);
    expect(DEFAULT_LOAD_SPEC).toMatchObject({
      rooms: 20,
      participants: 2,
      publish: ['audio'],
      durationMs: 30_000,
    });
  });

  it('reads every flag', () => {
    const spec = parseLoadFlags({
      rooms: '3',
      roomPrefix: 'demo',
      participants: '4',
      subscribers: '1',
      publish: 'audio,video',
      video: '360p',
      codec: 'H264',
      simulcast: true,
      layout: 'grid:4',
      dataRate: '10/s:100B:reliable',
      joinRate: '25/s',
      duration: '2m',
    });
    expect(spec).toEqual({
      rooms: 3,
      room: null,
      roomPrefix: 'demo',
      participants: 4,
      subscribers: 1,
      publish: ['audio', 'video'],
      video: '360p',
      codec: 'h264',
      simulcast: true,
      layout: { type: 'grid', tiles: 4 },
      data: { messagesPerSecond: 10, bytes: 100, reliable: true },
      joinRate: 25,
      durationMs: 120_000,
    });
  });

  it('makes it one room when a room is named', () => {
    expect(parseLoadFlags({ room: 'standup' })).toMatchObject({ room: 'standup', rooms: 1 });
  });

  it('lets listeners into a named room where others may publish', () => {
    expect(parseLoadFlags({ room: 'stage', participants: '0', subscribers: '5' })).toMatchObject({
      subscribers: 5,
    });
  });

  it.each<[LoadFlags, string]>([
    [{ rooms: '0' }, '--rooms 0: must be a whole number from 1 to 100000'],
    [{ rooms: '-5' }, '--rooms -5: must be a whole number from 1 to 100000'],
    [{ rooms: '1e9' }, '--rooms 1e9: "1e9" is not a number; write digits only, as 20'],
    [{ rooms: '1000000000' }, '--rooms 1000000000: must be a whole number from 1 to 100000'],
    [{ rooms: '2.5' }, '--rooms 2.5: must be a whole number from 1 to 100000'],
    [{ participants: 'many' }, '--participants many: "many" is not a number'],
    [
      { rooms: '100000', participants: '100' },
      '--rooms 100000: would make 10000000 participants; at most 200000 in all',
    ],
    [{ participants: '0' }, '--participants 0: and --subscribers are both 0'],
    [{ joinRate: '0' }, '--join-rate 0: must be above 0 and at most 10000 a second'],
    [{ duration: '30' }, '--duration 30: a duration needs a unit; write 30s'],
    [{ duration: '0s' }, '--duration 0s: must be from 1s to 7 days'],
    [{ duration: '999h' }, '--duration 999h: must be from 1s to 7 days'],
    [
      { publish: 'screen' },
      '--publish screen: "screen" is nothing that can be published; write audio, video',
    ],
    [
      { publish: 'video', video: '4k' },
      '--video 4k: "4k" is not an available resolution; write 180p',
    ],
    [{ publish: 'video', codec: 'av1' }, '--codec av1: must be vp8 or h264'],
    [{ layout: 'grid:0' }, '--layout grid:0: a grid has 1 to 100 tiles'],
    [{ dataRate: '10' }, '--data-rate 10: a rate needs its unit; write 10/s'],
    [{ room: 'a', rooms: '2' }, '--room a: names one room, but --rooms asks for 2; leave one out'],
    [{ room: 'a', roomPrefix: 'b' }, '--room-prefix b: has no effect beside --room'],
    [{ room: '' }, '--room : a room name must not be empty'],
    [{ room: 'x'.repeat(257) }, 'a room name may have at most 256 characters'],
    [{ room: 'tab\there' }, 'a room name must not hold control characters'],
    [
      { subscribers: '3', publish: 'none' },
      '--subscribers 3: would hear nothing: nobody publishes',
    ],
    [
      { subscribers: '3', participants: '0' },
      '--subscribers 3: would hear nothing: nobody publishes',
    ],
    [{ simulcast: true }, '--simulcast: needs video; add --publish audio,video'],
    [
      { simulcast: true, publish: 'video', video: '180p' },
      '--simulcast: needs --video 360p or more',
    ],
    [
      { video: '720p' },
      '--video 720p: has no effect: no video is published; add --publish audio,video',
    ],
    [
      { publish: 'video', layout: 'audio-only' },
      '--layout audio-only: audio-only leaves nothing to receive',
    ],
  ])('refuses %j', (flags, message) => {
    expect(() => parseLoadFlags(flags)).toThrow(
      expect.objectContaining({
        code: 'usage',
        exitCode: 2,
        message: expect.stringContaining(message),
      }),
    );
  });

  it('lists all problems at once, and no contradictions with what could not be read', () => {
    const flags = { rooms: '0', duration: '5', publish: 'screen', simulcast: true };
    expect(() => parseLoadFlags(flags)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^--publish .*\n--duration .*\n--rooms [^\n]*$/),
      }),
    );
  });
});
