import { describe, expect, it } from 'vitest';
import { type LoadFlags, scenarioOfFlags } from './load-flags.ts';

const groupOf = (flags: LoadFlags) => scenarioOfFlags(flags).groups[0];

describe('scenarioOfFlags', () => {
  it('gives 20 rooms of 2 with audio for 30 s without flags', () => {
    expect(scenarioOfFlags({})).toMatchObject({ name: 'swarm', thresholds: [] });
    expect(groupOf({})).toEqual({
      name: 'load',
      room: null,
      roomPrefix: 'swarm',
      startMs: 0,
      joinSpreadMs: 0,
      executor: { type: 'constant-rooms', rooms: 20, joinRate: 50, durationMs: 30_000 },
      roles: [
        {
          name: 'publisher',
          count: 2,
          publish: [{ kind: 'audio' }],
          data: null,
          subscribe: true,
          layout: { type: 'all' },
          grants: {},
          network: null,
          permanent: false,
          path: 'direct',
          e2ee: null,
        },
      ],
    });
  });

  it('reads every flag', () => {
    const group = groupOf({
      rooms: '3',
      roomPrefix: 'demo',
      participants: '4',
      subscribers: '1',
      publish: 'audio,video',
      video: '360p',
      codec: 'H264',
      simulcast: true,
      layout: 'grid:4',
      path: 'turn-tls',
      e2ee: 'env:ROOM_PASSPHRASE',
      dataRate: '10/s:100B:reliable',
      joinRate: '25/s',
      duration: '2m',
    });
    const layout = { type: 'grid', tiles: 4 };
    const secret = { passphrase: { env: 'ROOM_PASSPHRASE' } };
    const e2ee = { secret, keyIndex: 0, ratchet: 0 };
    expect(group).toMatchObject({
      room: null,
      roomPrefix: 'demo',
      executor: { rooms: 3, joinRate: 25, durationMs: 120_000 },
      roles: [
        {
          name: 'publisher',
          count: 4,
          publish: [
            { kind: 'audio' },
            { kind: 'video', source: 'camera', codec: 'h264', resolution: '360p', simulcast: true },
          ],
          data: { messagesPerSecond: 10, bytes: 100, reliable: true },
          layout,
          path: 'turn-tls',
          e2ee,
        },
        { name: 'subscriber', path: 'turn-tls', e2ee, count: 1, publish: [], data: null, layout },
      ],
    });
  });

  it('makes it one room when a room is named', () => {
    expect(groupOf({ room: 'standup' })).toMatchObject({
      room: 'standup',
      executor: { rooms: 1 },
    });
  });

  it('allows subscribers in a named room where others may publish', () => {
    const { roles } = groupOf({ room: 'stage', participants: '0', subscribers: '5' }) ?? {};
    expect(roles?.map(({ name, count }) => [name, count])).toEqual([['subscriber', 5]]);
  });

  it('makes participants that publish nothing subscribers', () => {
    const { roles } = groupOf({ publish: 'none', participants: '3' }) ?? {};
    expect(roles?.map(({ name, count }) => [name, count])).toEqual([['subscriber', 3]]);
  });

  it('subscribes to nothing with the layout none', () => {
    expect(groupOf({ layout: 'none' })?.roles[0]).toMatchObject({ subscribe: false });
  });

  it('reads thresholds and checks that the load has what they refer to', () => {
    expect(scenarioOfFlags({}, ['join_time.p95<1s']).thresholds).toMatchObject([{ limit: 1_000 }]);
    expect(() => scenarioOfFlags({}, ['jitter{kind:video}: p(95)<30'])).toThrow(
      expect.objectContaining({ code: 'invalid_threshold' }),
    );
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
    [{ joinRate: '0' }, '--join-rate 0: must be above 0 and at most 10000 per second'],
    [{ duration: '30' }, '--duration 30: a duration needs a unit; write 30s'],
    [{ duration: '0s' }, '--duration 0s: must be from 1s to 7 days'],
    [{ duration: '999h' }, '--duration 999h: must be from 1s to 7 days'],
    [{ publish: 'screen' }, '--publish screen: "screen" cannot be published; write audio, video'],
    [
      { publish: 'video', video: '4k' },
      '--video 4k: "4k" is not an available resolution; write 180p',
    ],
    [{ publish: 'video', codec: 'vp7' }, '--codec vp7: must be vp8, h264, vp9 or av1'],
    [
      { publish: 'video', codec: 'vp9', video: '1080p' },
      '--codec vp9: vp9 is not available in 1080p',
    ],
    [{ publish: 'video', codec: 'vp9', simulcast: true }, 'vp9 is not published as simulcast'],
    [
      { publish: 'video', codec: 'vp9', e2ee: 'throw-away' },
      '--e2ee throw-away: livekit-client does not encrypt vp9',
    ],
    [{ layout: 'grid:0' }, '--layout grid:0: a grid has 1 to 100 tiles'],
    [{ dataRate: '10' }, '--data-rate 10: a rate needs its unit; write 10/s'],
    [{ room: 'a', rooms: '2' }, '--room a: names one room, but --rooms asks for 2; leave one out'],
    [{ room: 'a', roomPrefix: 'b' }, '--room-prefix b: has no effect with --room'],
    [{ room: '' }, '--room : a room name must not be empty'],
    [{ room: 'x'.repeat(257) }, 'a room name may have at most 256 characters'],
    [{ room: 'tab\there' }, 'a room name must not hold control characters'],
    [
      { subscribers: '3', publish: 'none' },
      '--subscribers 3: would receive nothing: no participant publishes',
    ],
    [
      { subscribers: '3', participants: '0' },
      '--subscribers 3: would receive nothing: no participant publishes',
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
    expect(() => scenarioOfFlags(flags)).toThrow(
      expect.objectContaining({
        code: 'usage',
        exitCode: 2,
        message: expect.stringContaining(message),
      }),
    );
  });

  it('lists all problems at once, and no contradictions with what could not be read', () => {
    const flags = { rooms: '0', duration: '5', publish: 'screen', simulcast: true };
    expect(() => scenarioOfFlags(flags)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^--rooms .*\n--publish .*\n--duration [^\n]*$/),
      }),
    );
  });
});
