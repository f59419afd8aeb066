import { isUsageError } from '@livekit-swarm/settings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScenario } from './language/parse-scenario.ts';
import { formatScenario } from './language/write/format-scenario.ts';
import { type LoadFlags, scenarioOfFlags } from './load-flags.ts';

const groupOf = (flags: LoadFlags) => scenarioOfFlags(flags).groups[0];

describe('scenarioOfFlags', () => {
  it('describes 20 rooms of 2 participants with audio for 30 s without flags', () => {
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

  it('has one room if a room is named', () => {
    expect(groupOf({ room: 'standup' })).toMatchObject({
      room: 'standup',
      executor: { rooms: 1 },
    });
  });

  it('allows subscribers in a named room, because others may publish there', () => {
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

  it('reads thresholds, and checks that the load can match them', () => {
    expect(scenarioOfFlags({}, ['join_time.p95<1s']).thresholds).toMatchObject([{ limit: 1_000 }]);
    expect(() => scenarioOfFlags({}, ['jitter{kind:video}: p(95)<30'])).toThrow(
      expect.objectContaining({ code: 'invalid_threshold' }),
    );
  });

  /** Invalid value of each flag, and the message. */
  const WRONG: Record<keyof LoadFlags, [LoadFlags, string]> = {
    room: [{ room: '' }, '--room : the name of a room must not be empty'],
    rooms: [{ rooms: '0' }, '--rooms 0: must be a whole number from 1 to 100000'],
    roomPrefix: [{ roomPrefix: 'x'.repeat(201) }, 'a prefix may have at most 200 characters'],
    participants: [
      { participants: 'many' },
      '--participants many: must be a whole number from 0 to 10000',
    ],
    subscribers: [
      { subscribers: '-1' },
      '--subscribers -1: must be a whole number from 0 to 10000',
    ],
    publish: [
      { publish: 'screen' },
      '--publish screen: "screen" cannot be published; write audio, video',
    ],
    video: [
      { publish: 'video', video: '4k' },
      '--video 4k: "4k" is not an available resolution; write 180p',
    ],
    codec: [
      { publish: 'video', codec: 'vp7' },
      '--codec vp7: unknown codec "vp7"; available: vp8, h264, vp9, av1',
    ],
    layout: [{ layout: 'grid:0' }, '--layout grid:0: a grid has 1 to 100 tiles'],
    path: [{ path: 'turn' }, '--path turn: unknown path "turn"; '],
    e2ee: [
      { e2ee: 'hunter2' },
      '--e2ee: does not say where a passphrase is; write throw-away, env:NAME or file:PATH',
    ],
    dataRate: [{ dataRate: '10' }, '--data-rate 10: a rate needs its unit; write 10/s'],
    joinRate: [
      { joinRate: '0' },
      '--join-rate 0: must be a number above 0, at most 10000 per second',
    ],
    duration: [{ duration: '30' }, '--duration 30: a duration needs a unit; write 30s'],
    simulcast: [
      { simulcast: true },
      '--simulcast: has no effect: no video is published; add --publish audio,video or leave --simulcast out',
    ],
  };

  it.each<[LoadFlags, string]>([
    ...Object.values(WRONG),
    [{ rooms: '-5' }, '--rooms -5: must be a whole number from 1 to 100000'],
    [{ rooms: '1e9' }, '--rooms 1e9: must be a whole number from 1 to 100000'],
    [{ rooms: '1000000000' }, '--rooms 1000000000: must be a whole number from 1 to 100000'],
    [{ rooms: '2.5' }, '--rooms 2.5: must be a whole number from 1 to 100000'],
    [
      { rooms: '100000', participants: '100' },
      '--rooms 100000: more than 200000 participants would join; take fewer --rooms or --participants',
    ],
    [
      { participants: '0' },
      '--participants 0: no participant would join: every count is 0; give --participants or --subscribers a number',
    ],
    [
      { participants: '9000', subscribers: '2000' },
      '--participants 9000: a room would have 11000 participants; at most 10000',
    ],
    [
      { participants: '-5', subscribers: '10', publish: 'none' },
      '--participants -5: must be a whole number from 0 to 10000',
    ],
    [{ joinRate: '1/m' }, '--join-rate 1/m: must be joins per second, above 0 and at most 10000'],
    [{ duration: '0s' }, '--duration 0s: "0s" must be at least 1s'],
    [{ duration: '999h' }, '--duration 999h: "999h" must be at most 7 days'],
    [
      { publish: 'video', codec: 'vp9', video: '1080p' },
      '--codec vp9: vp9 is not available in 1080p',
    ],
    [
      { publish: 'video', codec: 'vp9', simulcast: true },
      '--simulcast: vp9 is not published as simulcast: it has layers in one stream; leave --simulcast out',
    ],
    [
      { publish: 'video', codec: 'vp9', e2ee: 'throw-away' },
      '--publish video: has a video that livekit-client does not encrypt end to end; take --codec vp8 or h264, or leave --e2ee out',
    ],
    [
      { room: 'a', rooms: '2' },
      '--rooms 2: must be 1, because room names one; leave --room or --rooms out; --room-prefix names many',
    ],
    [
      { room: 'a', roomPrefix: 'b' },
      '--room-prefix b: has no effect with room; leave --room or --room-prefix out',
    ],
    [{ room: 'x'.repeat(257) }, 'the name of a room may have at most 256 characters'],
    [{ room: 'tab\there' }, 'the name of a room must not hold control characters'],
    [
      { subscribers: '3', publish: 'none' },
      '--subscribers 3: no participant of their rooms sends anything that they could receive; add --participants and --publish',
    ],
    [
      { subscribers: '3', participants: '0' },
      '--subscribers 3: no participant of their rooms sends anything',
    ],
    [
      { simulcast: true, publish: 'video', video: '180p' },
      '--simulcast: 180p is the lowest layer already; leave --simulcast out, or take --codec vp8 or h264 and --video 360p or more',
    ],
    [
      { video: '720p' },
      '--video 720p: has no effect: no video is published; add --publish audio,video',
    ],
    [
      { publish: 'video', layout: 'audio-only' },
      '--layout audio-only: leaves nothing to receive: their rooms have video only; publish audio',
    ],
  ])('rejects %j', (flags, message) => {
    expect(() => scenarioOfFlags(flags)).toThrow(
      expect.objectContaining({
        code: 'usage',
        exitCode: 2,
        message: expect.stringContaining(message),
      }),
    );
  });

  it('does not repeat a value that may be a secret', () => {
    expect(() => scenarioOfFlags({ e2ee: 'hunter2' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });

  it('lists all problems at once, without contradictions to values that could not be read', () => {
    const flags = { rooms: '0', duration: '5', publish: 'screen', simulcast: true };
    expect(() => scenarioOfFlags(flags)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^--rooms .*\n--publish .*\n--duration [^\n]*$/),
      }),
    );
  });

  const of = (...values: string[]) => fc.constantFrom(undefined, ...values);
  const anyFlags = fc.record({
    room: of('stage', ''),
    rooms: of('1', '3', '0', 'x'),
    roomPrefix: of('call', ' '),
    participants: of('0', '1', '4', '-1'),
    subscribers: of('0', '2', '20000'),
    publish: of('none', 'audio', 'video', 'audio,video', 'nothing'),
    video: of('180p', '720', '1080p', '8k'),
    codec: of('VP8', 'h264', 'vp9', 'av1', 'h266'),
    layout: of('all', ' speaker', 'grid:4', 'audio-only', 'none', 'grid'),
    path: of('direct', 'auto ', 'tcp'),
    e2ee: of('throw-away', 'env:SWARM_SECRET_ROOM', 'file:/run/secret', 'passphrase'),
    dataRate: of('10/s', '0.5/s:100B:reliable', '10'),
    joinRate: of('10', '25/s', '0'),
    duration: of('5s', '1m30s', '1'),
    simulcast: fc.constantFrom(undefined, true, false),
  });

  it('names the flags to change, or describes a scenario that a file can express', () => {
    fc.assert(
      fc.property(anyFlags, (flags) => {
        const scenario = orProblems(() => scenarioOfFlags(flags));
        if (typeof scenario === 'string')
          for (const line of scenario.split('\n')) expect(line).toMatch(/^--[a-z0-9-]+( .*)?: /);
        else expect(parseScenario(formatScenario(scenario), { file: 'flags' })).toEqual(scenario);
      }),
      { numRuns: 500 },
    );
  });
});

const orProblems = <Result>(run: () => Result): Result | string => {
  try {
    return run();
  } catch (error) {
    if (!isUsageError(error)) throw error;
    return error.message;
  }
};
