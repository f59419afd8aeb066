import type { RecordLine } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import {
  crowd,
  drillLine,
  END_AT,
  FAULT_AT,
  faultOn,
  HEAL_AT,
  happened,
  newcomer,
  recordOf,
  silence,
} from '../../test/support/drill-record.ts';
import { createRecoveryFold } from './measure-recovery.ts';
import type { Recovery } from './recovery.ts';

const measure = (...lines: RecordLine[]): Recovery => {
  const fold = createRecoveryFold();
  for (const line of recordOf(...lines)) fold.add(line);
  return fold.result();
};

const A = ['a-1', 'a-2', 'a-3'];
const B = ['b-1', 'b-2'];

describe('a room that falls silent and comes back', () => {
  const recovery = measure(
    ...crowd(...A, ...B),
    ...faultOn('a'),
    ...silence(A, FAULT_AT - 15, FAULT_AT + 10_200),
  );

  it('takes its time from the injection, and its gap from the last packet', () => {
    expect(recovery.rto).toEqual({ p50: 10_200, p95: 10_200, max: 10_200 });
    expect(
      recovery.pairs.filter(({ room }) => room === 'a').map(({ interruptionMs }) => interruptionMs),
    ).toEqual(Array(6).fill(10_215));
  });

  it('is the only one that was hit', () => {
    expect(recovery.pairsHit).toBe(6);
    expect(recovery.rooms.map(({ room, control }) => [room, control])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(recovery.controlGapMs).toBe(0);
  });

  it('is neither lost nor split', () => {
    expect(recovery).toMatchObject({ neverRecovered: 0, roomsLost: 0, roomsSplit: 0 });
  });

  it('has a strip for each participant, from its join to its leave, without holes', () => {
    for (const { strip } of recovery.participants) {
      expect(strip[0]?.fromAt).toBe(100);
      expect(strip.at(-1)?.toAt).toBe(END_AT);
      for (const [index, { fromAt }] of strip.slice(1).entries())
        expect(fromAt).toBe(strip[index]?.toAt);
    }
    expect(
      recovery.participants
        .find(({ identity }) => identity === 'a-1')
        ?.strip.map(({ hears }) => hears),
    ).toEqual(['all', 'none', 'all']);
  });
});

describe('a silence that was over before the fault', () => {
  it('is none of its', () => {
    const recovery = measure(...crowd(...A), ...faultOn('a'), ...silence(A, 3_000, 4_000));
    expect(recovery).toMatchObject({ rto: null, pairsHit: 0, neverRecovered: 0 });
  });
});

describe('a hiccup long after a room was back', () => {
  const pair = ['a-1', 'a-2'];
  const later = (fromAt: number, toAt: number) =>
    measure(
      ...crowd(...pair),
      ...faultOn('a'),
      ...silence(pair, FAULT_AT, FAULT_AT + 3_000),
      ...silence(pair, fromAt, toAt),
    );

  it('does not count as its recovery', () => expect(later(40_000, 40_600).rto?.max).toBe(3_000));
  it('does when it follows closely', () =>
    expect(later(FAULT_AT + 4_000, FAULT_AT + 4_600).rto?.max).toBe(4_600));
  it('does when it is longer than a hiccup', () =>
    expect(later(40_000, 42_000).rto?.max).toBe(32_000));
});

describe('with several faults', () => {
  it('each silence counts from the fault that it came of', () => {
    const second = drillLine(30_000, {
      what: 'fault',
      id: 'f2',
      fault: 'kill',
      target: 'x',
      members: ['node-2'],
      rooms: ['a'],
      completedAt: 30_001,
    });
    const recovery = measure(
      ...crowd('a-1', 'a-2'),
      ...faultOn('a'),
      second,
      ...silence(['a-1', 'a-2'], FAULT_AT, FAULT_AT + 2_000),
      ...silence(['a-1', 'a-2'], 30_010, 35_000),
    );
    expect(recovery.rto?.max).toBe(5_000);
    expect(recovery.pairs[0]).toMatchObject({
      interruptionMs: 4_990,
      lastBeforeAt: 30_010,
      firstAfterAt: 35_000,
    });
  });
});

describe('a room that falls apart', () => {
  const [first = '', second = '', third = ''] = A;
  const oneWay = (listener: string, from: string): RecordLine =>
    happened(listener, FAULT_AT, { event: 'media_interrupted', from, kind: 'audio' });
  const recovery = measure(
    ...crowd(...A),
    ...faultOn('a'),
    oneWay(third, first),
    oneWay(third, second),
    oneWay(first, third),
    oneWay(second, third),
  );

  it('is in split brain, though everybody believes to be in it', () => {
    expect(recovery.roomsSplit).toBe(1);
    expect(recovery.rooms[0]?.islands).toEqual([['a-1', 'a-2'], ['a-3']]);
    expect(recovery.neverRecovered).toBe(4);
  });

  it('is not lost: some hear each other', () => expect(recovery.roomsLost).toBe(0));
});

describe('who is deaf in one direction only', () => {
  it('has not recovered, and is in no split brain', () => {
    const recovery = measure(
      ...crowd(...A),
      ...faultOn('a'),
      happened('a-1', FAULT_AT, { event: 'media_interrupted', from: 'a-2', kind: 'audio' }),
    );
    expect(recovery).toMatchObject({ neverRecovered: 1, roomsSplit: 0, roomsLost: 0 });
  });
});

describe('a room in which nobody hears anybody', () => {
  it('is lost, which is more than split', () => {
    const recovery = measure(...crowd(...A), ...faultOn('a'), ...silence(A, FAULT_AT, null));
    expect(recovery).toMatchObject({ roomsLost: 1, roomsSplit: 0, neverRecovered: 6, rto: null });
  });
});

describe('a room whose people were disconnected for good', () => {
  const recovery = measure(
    ...crowd('a-1', 'a-2', 'a-3').filter(
      (line) => !(line.type === 'event' && line.event === 'left' && line.identity === 'a-1'),
    ),
    ...faultOn('a'),
    happened('a-1', FAULT_AT + 100, { event: 'disconnected', reason: 'server_shutdown' }),
  );

  it('counts every pair that they were part of', () => expect(recovery.neverRecovered).toBe(4));
  it('is not in split brain: they know', () => expect(recovery.roomsSplit).toBe(0));
  it('says so of them', () =>
    expect(recovery.participants.find(({ identity }) => identity === 'a-1')).toMatchObject({
      way: 'never',
      disconnected: true,
      recoveredAfterMs: null,
    }));
});

describe('the way back', () => {
  it.each([
    ['resumed', 'resume'],
    ['reconnected', 'reconnect'],
  ] as const)('of who was %s is %s', (event, way) => {
    const recovery = measure(
      ...crowd('a-1', 'a-2'),
      ...faultOn('a'),
      happened('a-1', FAULT_AT + 50, { event: 'signal_lost' }),
      happened('a-1', FAULT_AT + 1_050, { event, ms: 1_000, node: 'ND_x' }),
    );
    expect(recovery.participants[0]).toMatchObject({
      way,
      signalBackMs: 1_000,
      signalLostAt: FAULT_AT + 50,
      claims: 1,
    });
    expect(recovery.participants[1]).toMatchObject({
      way: 'none-needed',
      signalBackMs: null,
      claims: 0,
    });
  });

  it('of whom the application brought back is rejoin, whatever came before', () => {
    const recovery = measure(
      ...crowd('a-1', 'a-2'),
      ...faultOn('a'),
      happened('a-1', FAULT_AT + 50, { event: 'signal_lost' }),
      happened('a-1', FAULT_AT + 900, { event: 'reconnected', ms: 850 }),
      happened('a-1', FAULT_AT + 1_000, { event: 'disconnected', reason: 'server_shutdown' }),
      happened('a-1', FAULT_AT + 2_500, { event: 'rejoined', ms: 1_500 }),
    );
    expect(recovery.participants[0]).toMatchObject({
      way: 'rejoin',
      disconnected: true,
      claims: 2,
    });
    expect(recovery.neverRecovered).toBe(0);
  });
});

describe('the registry', () => {
  it('agrees when it names the node that people are on', () => {
    const registry = drillLine(END_AT - 1, {
      what: 'registry',
      rooms: { a: 'ND_a', b: 'ND_other' },
      nodes: {},
      ghosts: ['old'],
    });
    const { rooms, ghosts } = measure(...crowd('a-1', 'a-2', ...B), ...faultOn('a'), registry);
    expect(rooms.map(({ registryAgrees }) => registryAgrees)).toEqual([true, false]);
    expect(ghosts).toEqual(['old']);
  });

  it('says nothing when Redis does not answer', () => {
    const registry = drillLine(END_AT - 1, {
      what: 'registry',
      rooms: null,
      nodes: {},
      ghosts: [],
    });
    const { rooms, ghosts } = measure(...crowd('a-1', 'a-2'), registry);
    expect([rooms[0]?.registryAgrees, ghosts]).toEqual([null, null]);
    expect(measure(...crowd('a-1', 'a-2')).ghosts).toBeNull();
  });
});

describe('newcomers', () => {
  const { newcomers } = measure(
    ...crowd('a-1', 'a-2'),
    ...faultOn('a'),
    ...newcomer('a', 2_000, ['a-1', 'a-2']),
    ...newcomer('a', FAULT_AT + 1_000, [], 'timeout'),
    ...newcomer('a', HEAL_AT + 1_000, ['a-1']),
    ...newcomer('c', HEAL_AT + 2_000, []),
  );

  it('are sorted by what went on when they came', () =>
    expect(newcomers.map(({ window }) => window)).toEqual([
      'baseline',
      'fault',
      'recovery',
      'recovery',
    ]));

  it('are told apart by whom they found', () =>
    expect(newcomers.map(({ hears, present, failure }) => ({ hears, present, failure }))).toEqual([
      { hears: 2, present: 2, failure: null },
      { hears: 0, present: 0, failure: 'timeout' },
      { hears: 1, present: 2, failure: null },
      { hears: 0, present: 0, failure: null },
    ]));

  it('may have come to a room of their own', () => expect(newcomers.at(-1)?.newRoom).toBe(true));
});

describe('without any fault', () => {
  it('everybody is a control', () => {
    const recovery = measure(...crowd(...A, ...B));
    expect(recovery).toMatchObject({
      pairsHit: 0,
      rto: null,
      controlGapMs: 0,
      roomsSplit: 0,
      roomsLost: 0,
      neverRecovered: 0,
    });
    expect(recovery.participants.every(({ control }) => control)).toBe(true);
  });
});
