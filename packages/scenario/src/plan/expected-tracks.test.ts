import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParticipantPlan } from '../plan.ts';
import type { RoleGrants } from '../role-keys/grants.ts';
import type { Layout } from '../role-keys/layout.ts';
import type { TrackPlan } from '../track-plan.ts';
import { expectedTracks } from './expected-tracks.ts';

type Guest = Parameters<typeof expectedTracks>[0][number];

const audio: TrackPlan = { kind: 'audio' };
const camera: TrackPlan = {
  kind: 'video',
  source: 'camera',
  codec: 'vp8',
  resolution: '360p',
  simulcast: true,
};
const screen: TrackPlan = { ...camera, source: 'screen' };

const guest = (joinAtMs: number, leaveAtMs: number, changes: Partial<Guest> = {}): Guest => ({
  joinAtMs,
  leaveAtMs,
  publish: [audio],
  subscribe: true,
  layout: { type: 'all' },
  grants: {},
  ...changes,
});
const audios = (...guests: Guest[]): number[] =>
  expectedTracks(guests, 5_000).map((one) => one.audio);

describe('expectedTracks', () => {
  it('expects tracks of participants that overlap long enough', () => {
    expect(audios(guest(0, 20_000), guest(15_000, 30_000), guest(15_001, 30_000))).toEqual([
      1, 2, 1,
    ]);
    expect(audios(guest(0, 10_000), guest(10_000, 20_000))).toEqual([0, 0]);
    expect(audios(guest(0, 4_000), guest(0, 20_000), guest(0, 20_000))).toEqual([0, 1, 1]);
  });

  it('tolerates rounding', () => {
    expect(audios(guest(0, 0.1 + 5_000.2), guest(0.1 + 0.2, 5_000.3))).toEqual([1, 1]);
  });

  it.each<[string, RoleGrants, number, number]>([
    ['no grant to publish', { canPublish: false }, 0, 0],
    ['a grant for the microphone alone', { canPublishSources: ['microphone'] }, 1, 0],
    ['a grant for the screen alone', { canPublishSources: ['screen_share'] }, 0, 1],
    ['a grant for nothing', { canPublishSources: [] }, 0, 0],
    ['not announced', { hidden: true }, 0, 0],
    ['all that is needed', { canPublish: true, canPublishData: false }, 1, 2],
  ])('expects no unpublished track: %s', (_, grants, audioTracks, videoTracks) => {
    const sender = guest(0, 10_000, { publish: [audio, camera, screen], grants });
    expect(expectedTracks([sender, guest(0, 10_000, { publish: [] })], 5_000)[1]).toEqual({
      audio: audioTracks,
      video: videoTracks,
    });
  });

  it('expects nothing for participants that do not or may not subscribe; hidden ones do', () => {
    const deaf = [
      guest(0, 10_000, { subscribe: false }),
      guest(0, 10_000, { grants: { canSubscribe: false } }),
    ];
    expect(audios(...deaf, guest(0, 10_000, { grants: { hidden: true } }))).toEqual([0, 0, 2]);
  });

  it('equals the count over all pairs of participants', () => {
    const layouts: Layout[] = [
      { type: 'all' },
      { type: 'speaker' },
      { type: 'grid', tiles: 3 },
      { type: 'audio-only' },
      { type: 'none' },
    ];
    const guests = fc.array(
      fc
        .record({
          joinAtMs: fc.integer({ min: 0, max: 30 }).map((n) => n * 500),
          stay: fc.integer({ min: 2, max: 60 }).map((n) => n * 500),
          publish: fc.subarray([audio, camera, screen]),
          subscribe: fc.boolean(),
          layout: fc.constantFrom(...layouts),
          grants: fc.constantFrom<RoleGrants>(
            {},
            {},
            { canPublish: false },
            { hidden: true },
            { canPublishSources: ['camera'] },
            { canSubscribe: false },
          ),
        })
        .map(({ stay, ...one }): Guest => ({ ...one, leaveAtMs: one.joinAtMs + stay })),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(guests, fc.constantFrom(1_000, 5_000), (all, togetherMs) => {
        expect(expectedTracks(all, togetherMs)).toEqual(
          all.map((me) => bruteForce(me, all, togetherMs)),
        );
      }),
      { numRuns: 500 },
    );
  });

  // An algorithm of quadratic complexity would not end within the time limit of a test.
  it('handles one room with many participants', () => {
    const crowd = Array.from({ length: 100_000 }, (_, n) => guest(n, 60_000 + n * 2));
    expect(expectedTracks(crowd, 5_000)).toHaveLength(100_000);
  });
});

const bruteForce = (
  me: Guest,
  all: readonly Guest[],
  togetherMs: number,
): ParticipantPlan['expectedTracks'] => {
  if (!me.subscribe || me.grants.canSubscribe === false || me.layout.type === 'none')
    return { audio: 0, video: 0 };
  const tracks = all
    .filter(
      (other) => other !== me && other.grants.hidden !== true && other.grants.canPublish !== false,
    )
    .filter(
      (other) =>
        Math.min(me.leaveAtMs, other.leaveAtMs) - Math.max(me.joinAtMs, other.joinAtMs) >=
        togetherMs,
    )
    .flatMap(({ publish, grants }) =>
      grants.canPublishSources === undefined ? publish : publish.filter((one) => one === camera),
    );
  const videos = tracks.filter(({ kind }) => kind === 'video').length;
  const most = { all: videos, speaker: 1, grid: 3, 'audio-only': 0 }[me.layout.type];
  return { audio: tracks.length - videos, video: Math.min(videos, most) };
};
