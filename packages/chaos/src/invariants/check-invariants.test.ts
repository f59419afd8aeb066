/** Violations planted into records of drills: each is found, and by its own invariant alone. */
import type { RecordLine } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import {
  END_AT,
  FAULT_AT,
  faultOn,
  HEADER,
  happened,
  interruption,
  joinProbe,
  load,
  ROLLBACK_AT,
  recordOf,
} from '../../test/support/drill-record.ts';
import { createRecoveryFold } from '../measure/measure-recovery.ts';
import type { Violation } from './invariant.ts';

const A = ['a-1', 'a-2', 'a-3'];
const B = ['b-1', 'b-2'];
const CALM = [...load(...A, ...B), ...faultOn('a')];

const violations = (lines: readonly RecordLine[], policy?: 'app' | 'none'): Violation[] => {
  const fold = createRecoveryFold();
  const header = policy === undefined ? HEADER : { ...HEADER, reconnectPolicy: policy };
  for (const line of recordOf(...lines).with(0, header)) fold.add(line);
  return fold.result().violations;
};
const found = (lines: readonly RecordLine[], policy?: 'app' | 'none'): string[] => [
  ...new Set(violations(lines, policy).map(({ invariant }) => invariant)),
];

/** Lines of media that stops, on the subscriptions of one participant or from it. */
const stops = (
  pairs: readonly (readonly [subscriber: string, publisher: string])[],
  fromAt: number,
  toAt: number | null,
): RecordLine[] =>
  pairs.flatMap(([identity, publisher]) => [
    happened(identity, fromAt, { event: 'media_interrupted', publisher, kind: 'audio' }),
    ...(toAt === null
      ? []
      : [
          happened(identity, toAt, {
            ...{ event: 'media_resumed', publisher, kind: 'audio', durationMs: toAt - fromAt },
          }),
        ]),
  ]);
const TO_A1 = [
  ['a-1', 'a-2'],
  ['a-1', 'a-3'],
] as const;

const moves = (identity: string, at: number, node: string): RecordLine[] => [
  happened(identity, at, { event: 'signal_lost', reason: 'closed' }),
  happened(identity, at + 500, { event: 'reconnected', node, durationMs: 500 }),
];

describe('a record of calls', () => {
  it('violates nothing without interruptions, and by those of clients that reconnect', () => {
    expect(violations(CALM)).toEqual([]);
    expect(
      violations([
        ...CALM,
        ...interruption(A, FAULT_AT, FAULT_AT + 12_000),
        ...A.flatMap((identity) => moves(identity, FAULT_AT + 9_000, 'ND_b')),
      ]),
    ).toEqual([]);
  });

  it('violates nothing by a join probe of four seconds in a second copy of a room', () => {
    const probe = joinProbe('a', 30_000, []).map((line) =>
      line.type === 'event' && line.event === 'joined' ? { ...line, node: 'ND_z' } : line,
    );
    expect(violations([...CALM, ...probe])).toEqual([]);
  });
});

describe('connected without media', () => {
  it('is found after 30 s, with its time', () => {
    expect(found([...CALM, ...stops(TO_A1, 12_000, 41_900)])).toEqual([]);
    expect(violations([...CALM, ...stops(TO_A1, 12_000, 42_100)])).toEqual([
      {
        ...{ invariant: 'connected_without_media', room: 'a', participants: ['a-1'] },
        ...{ fromAt: 12_000, toAt: 42_100 },
      },
    ]);
  });

  it('counts nothing while the client knows that it is not connected', () => {
    const lost = happened('a-1', 20_000, { event: 'signal_lost', reason: 'timeout' });
    const back = happened('a-1', 42_000, { event: 'reconnected', durationMs: 22_000 });
    expect(found([...CALM, ...stops(TO_A1, 12_000, 42_100), lost, back])).toEqual([]);
  });

  it('counts nothing while media of another flows, or while no publisher is connected', () => {
    expect(found([...CALM, ...stops([['a-1', 'a-2']], 12_000, 45_000)])).toEqual([]);
    const lost = happened('b-2', 12_000, { event: 'disconnected', reason: 'server_shutdown' });
    const back = happened('b-2', 50_000, { event: 'rejoined', durationMs: 38_000 });
    const silence = stops([['b-1', 'b-2']], 12_000, 50_000);
    expect(found([...CALM, ...silence, lost, back])).toEqual([]);
    expect(found([...CALM, ...silence])).toEqual(['connected_without_media']);
  });
});

describe('a room on two nodes', () => {
  it('is found 20 s after the last rollback, with both nodes', () => {
    const split = moves('a-1', 15_000, 'ND_z');
    const joined = (at: number) => [...CALM, ...split, ...moves('a-1', at, 'ND_a')];
    expect(found(joined(39_900))).toEqual([]);
    expect(violations(joined(40_200))).toEqual([
      {
        ...{ invariant: 'room_on_two_nodes', room: 'a', participants: A },
        ...{ nodes: ['ND_a', 'ND_z'], fromAt: 15_500, toAt: 40_200 },
      },
    ]);
    expect(violations([...CALM, ...split])).toMatchObject([{ toAt: null }]);
  });

  it('is none while one half is not connected', () => {
    const lost = A.slice(1).map((identity) =>
      happened(identity, 15_000, { event: 'signal_lost', reason: 'timeout' }),
    );
    expect(found([...CALM, ...moves('a-1', 14_000, 'ND_z'), ...lost])).toEqual([]);
  });
});

describe('wrong tracks', () => {
  it('of another room are found, but not those of a publisher outside of the record', () => {
    const foreign = (publisher: string) =>
      happened('a-1', 15_000, { event: 'media_started', publisher, kind: 'audio' });
    expect(violations([...CALM, foreign('b-1')])).toEqual([
      {
        ...{ invariant: 'track_of_another_room', room: 'a', participants: ['a-1'] },
        ...{ publisher: 'b-1', fromAt: 15_000, toAt: null },
      },
    ]);
    expect(violations([...CALM, foreign('agent-7')])).toEqual([]);
  });

  it('that arrive twice are found', () => {
    const twice = happened('a-1', 15_000, {
      ...{ event: 'media_duplicated', publisher: 'a-2', kind: 'audio' },
    });
    expect(violations([...CALM, twice])).toEqual([
      {
        ...{ invariant: 'track_delivered_twice', room: 'a', participants: ['a-1'] },
        ...{ publisher: 'a-2', fromAt: 15_000, toAt: null },
      },
    ]);
  });
});

describe('no media after quiet', () => {
  const lost = stops([['a-1', 'a-2']], FAULT_AT, null);

  it('is found in the room, if there was quiet', () => {
    expect(violations([...CALM, ...lost])).toEqual([
      {
        ...{ invariant: 'no_media_after_quiet', room: 'a', participants: ['a-1'] },
        ...{ fromAt: FAULT_AT, toAt: null },
      },
    ]);
    const late = CALM.map((line) =>
      line.type === 'drill' && line.event === 'fault_rolled_back'
        ? { ...line, completedAt: END_AT - 29_000 }
        : line,
    );
    expect(found([...late, ...lost])).toEqual([]);
    const never = CALM.filter((line) => line.type !== 'drill' || line.event === 'fault_injected');
    expect(found([...never, ...lost])).toEqual([]);
  });

  it('counts participants that gave up only where the application joins again', () => {
    const gone = happened('a-1', ROLLBACK_AT, { event: 'disconnected', reason: 'timeout' });
    expect(found([...CALM, gone], 'none')).toEqual([]);
    expect(found([...CALM, gone], 'app')).toEqual(['no_media_after_quiet']);
  });
});
