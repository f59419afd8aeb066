import type { RecordLine } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import {
  END_AT,
  happened,
  interruption,
  joinProbe,
  load,
  recordOf,
} from '../../test/support/drill-record.ts';
import { createReceptionStates } from './reception-state.ts';

const ROOM = ['a-1', 'a-2', 'a-3'] as const;
const NOBODY = {
  receiving_all: 0,
  receiving_some: 0,
  receiving_none: 0,
  reconnecting: 0,
  disconnected: 0,
};

/** Reception after all lines up to this time. */
const at = (ms: number, ...lines: RecordLine[]) => {
  const people = createReceptionStates();
  for (const line of recordOf(...load(...ROOM), ...lines))
    if (!('at' in line) || line.at <= ms) people.add(line);
  return people.now();
};

describe('the current reception', () => {
  it('counts nothing before the join and after the leave', () => {
    const empty = { participants: NOBODY, subscriptions: { receiving: 0, interrupted: 0 } };
    expect(at(0)).toEqual(empty);
    expect(at(END_AT)).toEqual(empty);
  });

  it('is complete without a fault, regardless of join probes', () => {
    const calm = {
      participants: { ...NOBODY, receiving_all: 3 },
      subscriptions: { receiving: 6, interrupted: 0 },
    };
    expect(at(5_000)).toEqual(calm);
    expect(at(5_000, ...joinProbe('a', 4_000, ROOM))).toEqual(calm);
  });

  it('distinguishes partial and no reception, and follows a recovery', () => {
    const split = interruption(['a-1', 'a-2'], 10_000, 14_000);
    const alone = [
      happened('a-1', 10_000, { event: 'media_interrupted', publisher: 'a-3', kind: 'audio' }),
    ];
    expect(at(12_000, ...split)).toEqual({
      participants: { ...NOBODY, receiving_all: 1, receiving_some: 2 },
      subscriptions: { receiving: 4, interrupted: 2 },
    });
    expect(at(12_000, ...split, ...alone).participants).toEqual({
      ...NOBODY,
      receiving_all: 1,
      receiving_some: 1,
      receiving_none: 1,
    });
    expect(at(15_000, ...split).participants).toEqual({ ...NOBODY, receiving_all: 3 });
  });

  it('counts a reconnecting participant, though its media continues', () => {
    const lost = happened('a-1', 10_000, { event: 'signal_lost' });
    expect(at(11_000, lost)).toEqual({
      participants: { ...NOBODY, receiving_all: 2, reconnecting: 1 },
      subscriptions: { receiving: 6, interrupted: 0 },
    });
    expect(at(13_000, lost, happened('a-1', 12_000, { event: 'resumed' })).participants).toEqual({
      ...NOBODY,
      receiving_all: 3,
    });
  });

  it('counts nothing as received by, or from, a disconnected participant until media starts again', () => {
    const out = happened('a-1', 10_000, { event: 'disconnected' });
    const back = happened('a-1', 20_000, { event: 'rejoined' });
    expect(at(11_000, out)).toEqual({
      participants: { ...NOBODY, receiving_some: 2, disconnected: 1 },
      subscriptions: { receiving: 2, interrupted: 4 },
    });
    const lost = ['a-2', 'a-3'].map((identity) =>
      happened(identity, 10_000, { event: 'media_interrupted', publisher: 'a-1', kind: 'audio' }),
    );
    expect(at(21_000, out, back, ...lost).participants).toEqual({
      ...NOBODY,
      receiving_some: 2,
      receiving_none: 1,
    });
    const heard = happened('a-1', 20_500, {
      event: 'media_started',
      publisher: 'a-2',
      kind: 'audio',
    });
    expect(at(21_000, out, back, ...lost, heard).participants).toEqual({
      ...NOBODY,
      receiving_some: 3,
    });
  });
});
