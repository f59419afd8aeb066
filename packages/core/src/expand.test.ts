import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandPlan } from './expand.ts';
import type { Layout, LoadSpec } from './plan.ts';
import { scenarioOfLoad } from './scenario/scenario-of-load.ts';
import { specOf } from './testing/record-of.ts';

const layouts = fc.oneof(
  fc.constantFrom<Layout>({ type: 'all' }, { type: 'speaker' }, { type: 'audio-only' }, { type: 'none' }),
  fc.integer({ min: 1, max: 25 }).map((tiles): Layout => ({ type: 'grid', tiles })),
);

const specs: fc.Arbitrary<LoadSpec> = fc
  .record({
    rooms: fc.integer({ min: 1, max: 12 }),
    participants: fc.integer({ min: 0, max: 6 }),
    subscribers: fc.integer({ min: 0, max: 6 }),
    publish: fc.constantFrom<LoadSpec['publish']>([], ['audio'], ['video'], ['audio', 'video']),
    layout: layouts,
    joinRate: fc.double({ min: 0.5, max: 500, noNaN: true }),
    durationMs: fc.integer({ min: 1_000, max: 100_000 }),
  })
  .filter((spec) => spec.participants + spec.subscribers > 0)
  .map(specOf);

describe('expandPlan', () => {
  it('writes out rooms, identities and roles', () => {
    const plan = expandPlan(scenarioOfLoad(specOf({ rooms: 2, participants: 1, subscribers: 1, joinRate: 10 })), 'ab12');
    expect(plan.participants.map(({ identity, room, role, joinAtMs }) => [identity, room, role, joinAtMs])).toEqual([
      ['ab12-1-p1', 'swarm-ab12-1', 'publisher', 0],
      ['ab12-1-s1', 'swarm-ab12-1', 'subscriber', 100],
      ['ab12-2-p1', 'swarm-ab12-2', 'publisher', 200],
      ['ab12-2-s1', 'swarm-ab12-2', 'subscriber', 300],
    ]);
    expect(plan).toMatchObject({ lastJoinAtMs: 300, endAtMs: 30_300 });
  });

  it('keeps a named room by its name', () => {
    const plan = expandPlan(scenarioOfLoad(specOf({ rooms: 1, room: 'standup' })), 'ab12');
    expect(new Set(plan.participants.map(({ room }) => room))).toEqual(new Set(['standup']));
  });

  it('gives data to those who take part, not to listeners', () => {
    const data = { messagesPerSecond: 1, bytes: 100, reliable: true };
    const plan = expandPlan(scenarioOfLoad(specOf({ rooms: 1, participants: 1, subscribers: 1, publish: [], data })), 'r');
    expect(plan.participants.map((one) => [one.role, one.data.length])).toEqual([
      ['publisher', 1],
      ['subscriber', 0],
    ]);
  });

  it('is deterministic', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        expect(expandPlan(scenarioOfLoad(spec), 'r')).toEqual(expandPlan(scenarioOfLoad(spec), 'r'));
      }),
    );
  });

  it('has everybody once, in full rooms, in order of joining, at the join rate', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const { participants, lastJoinAtMs, endAtMs } = expandPlan(scenarioOfLoad(spec), 'r');
        expect(participants).toHaveLength(spec.rooms * (spec.participants + spec.subscribers));
        expect(new Set(participants.map(({ identity }) => identity)).size).toBe(participants.length);
        expect(participants.map(({ index }) => index)).toEqual(participants.map((_, position) => position));
        for (const members of Map.groupBy(participants, ({ room }) => room).values()) {
          expect(members).toHaveLength(spec.participants + spec.subscribers);
          const first = members[0]?.index ?? 0;
          expect(members.map(({ index }) => index - first)).toEqual(members.map((_, position) => position));
        }
        for (const { index, joinAtMs } of participants) expect(joinAtMs).toBeCloseTo((index * 1_000) / spec.joinRate, 6);
        expect(lastJoinAtMs).toBeCloseTo(participants.at(-1)?.joinAtMs ?? -1, 6);
        expect(endAtMs).toBe(lastJoinAtMs + spec.durationMs);
      }),
    );
  });

  it('expects of each what the others in the room publish and the layout shows', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const { participants } = expandPlan(scenarioOfLoad(spec), 'r');
        for (const one of participants) {
          const others = participants.filter((other) => other.room === one.room && other.index !== one.index);
          const tracks = others.flatMap(({ publish }) => publish);
          const videos = tracks.filter(({ kind }) => kind === 'video').length;
          const audios = tracks.filter(({ kind }) => kind === 'audio').length;
          const limit = { all: videos, speaker: 1, 'audio-only': 0, none: 0 };
          const shown = spec.layout.type === 'grid' ? spec.layout.tiles : limit[spec.layout.type];
          expect(one.expects).toEqual({
            audio: spec.layout.type === 'none' ? 0 : audios,
            video: Math.min(videos, shown),
          });
        }
      }),
    );
  });
});
