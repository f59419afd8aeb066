import type { RecordLine } from '@livekit-swarm/record';
import { describe, expect, it } from 'vitest';
import {
  drillLine,
  END_AT,
  FAULT_AT,
  faultOn,
  happened,
  interruption,
  joinProbe,
  load,
  planned,
  ROLLBACK_AT,
  recordOf,
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

describe('a room whose media is interrupted and recovers', () => {
  const recovery = measure(
    ...load(...A, ...B),
    ...faultOn('a'),
    ...interruption(A, FAULT_AT - 15, FAULT_AT + 10_200),
  );

  it('has its time to recover from the injection, and its interruption from the last packet', () => {
    expect(recovery.timeToRecover).toEqual({ p50: 10_200, p95: 10_200, max: 10_200 });
    expect(
      recovery.subscriptions
        .filter(({ room }) => room === 'a')
        .map(({ interruptionMs }) => interruptionMs),
    ).toEqual(Array(6).fill(10_215));
  });

  it('is the only one outside the control group', () => {
    expect(recovery.subscriptionsInterrupted).toBe(6);
    expect(recovery.rooms.map(({ room, controlGroup }) => [room, controlGroup])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(recovery.controlGroupInterruptionMs).toBe(0);
  });

  it('is neither without media nor split', () => {
    expect(recovery).toMatchObject({
      subscriptionsNotRecovered: 0,
      roomsWithoutMedia: 0,
      roomsSplit: 0,
    });
  });

  it('has intervals for each participant, from its join to its leave, without gaps', () => {
    for (const { intervals } of recovery.participants) {
      expect(intervals[0]?.fromAt).toBe(100);
      expect(intervals.at(-1)?.toAt).toBe(END_AT);
      for (const [index, { fromAt }] of intervals.slice(1).entries())
        expect(fromAt).toBe(intervals[index]?.toAt);
    }
    expect(
      recovery.participants
        .find(({ identity }) => identity === 'a-1')
        ?.intervals.map(({ receiving }) => receiving),
    ).toEqual(['all', 'none', 'all']);
  });
});

describe('an interruption that ended before the fault', () => {
  it('is not counted', () => {
    const recovery = measure(...load(...A), ...faultOn('a'), ...interruption(A, 3_000, 4_000));
    expect(recovery).toMatchObject({
      timeToRecover: null,
      subscriptionsInterrupted: 0,
      subscriptionsNotRecovered: 0,
    });
  });
});

describe('a short interruption long after a room had recovered', () => {
  const pair = ['a-1', 'a-2'];
  const later = (fromAt: number, toAt: number) =>
    measure(
      ...load(...pair),
      ...faultOn('a'),
      ...interruption(pair, FAULT_AT, FAULT_AT + 3_000),
      ...interruption(pair, fromAt, toAt),
    );

  it('does not count as its recovery', () =>
    expect(later(40_000, 40_600).timeToRecover?.max).toBe(3_000));
  it('is counted when it follows closely', () =>
    expect(later(FAULT_AT + 4_000, FAULT_AT + 4_600).timeToRecover?.max).toBe(4_600));
  it('is counted when it is long', () =>
    expect(later(40_000, 42_000).timeToRecover?.max).toBe(32_000));
});

describe('with several faults', () => {
  it('each interruption counts from the fault that caused it', () => {
    const second = drillLine(30_000, {
      event: 'fault_injected',
      id: 'f2',
      fault: 'kill',
      target: { role: 'room-node' },
      params: {},
      components: ['node-2'],
      rooms: ['a'],
      completedAt: 30_001,
    });
    const recovery = measure(
      ...load('a-1', 'a-2'),
      ...faultOn('a'),
      second,
      ...interruption(['a-1', 'a-2'], FAULT_AT, FAULT_AT + 2_000),
      ...interruption(['a-1', 'a-2'], 30_010, 35_000),
    );
    expect(recovery.timeToRecover?.max).toBe(5_000);
    expect(recovery.subscriptions[0]).toMatchObject({
      interruptionMs: 4_990,
      lastPacketAt: 30_010,
      firstPacketAt: 35_000,
    });
  });
});

describe('during a rollout of all nodes', () => {
  const step = (at: number, step: 'draining' | 'cutting') =>
    drillLine(at, {
      event: 'node_changed',
      ...{ id: 'f1', component: 'livekit-0', step, nodeId: 'ND_a', version: null, detail: null },
      rooms: ['a'],
    });

  it('an interruption counts from the drain of its node, or from the end of that', () => {
    const cut = measure(
      ...load(...A),
      ...faultOn('a'),
      ...[step(20_000, 'draining'), step(50_000, 'cutting')],
      ...interruption(A, 50_000, 54_000),
    );
    expect(cut.timeToRecover?.max).toBe(4_000);
    const drained = measure(
      ...load(...A),
      ...faultOn('a'),
      step(40_000, 'draining'),
      ...interruption(A, 41_000, 43_000),
    );
    expect(drained.timeToRecover?.max).toBe(3_000);
  });
});

describe('a room that splits', () => {
  const [first = '', second = '', third = ''] = A;
  const oneWay = (subscriber: string, from: string): RecordLine =>
    happened(subscriber, FAULT_AT, { event: 'media_interrupted', publisher: from, kind: 'audio' });
  const recovery = measure(
    ...load(...A),
    ...faultOn('a'),
    oneWay(third, first),
    oneWay(third, second),
    oneWay(first, third),
    oneWay(second, third),
  );

  it('is in split brain, though every participant believes to be connected', () => {
    expect(recovery.roomsSplit).toBe(1);
    expect(recovery.rooms[0]?.partitions).toEqual([['a-1', 'a-2'], ['a-3']]);
    expect(recovery.subscriptionsNotRecovered).toBe(4);
  });

  it('is not without media: some receive each other', () =>
    expect(recovery.roomsWithoutMedia).toBe(0));
});

describe('a subscription that is interrupted in one direction only', () => {
  it('has not recovered, and is not a split brain', () => {
    const recovery = measure(
      ...load(...A),
      ...faultOn('a'),
      happened('a-1', FAULT_AT, { event: 'media_interrupted', publisher: 'a-2', kind: 'audio' }),
    );
    expect(recovery).toMatchObject({
      subscriptionsNotRecovered: 1,
      roomsSplit: 0,
      roomsWithoutMedia: 0,
    });
  });
});

describe('a room without any media', () => {
  it('is without media, which is more severe than a split', () => {
    const recovery = measure(...load(...A), ...faultOn('a'), ...interruption(A, FAULT_AT, null));
    expect(recovery).toMatchObject({
      roomsWithoutMedia: 1,
      roomsSplit: 0,
      subscriptionsNotRecovered: 6,
      timeToRecover: null,
    });
  });
});

describe('a room whose participants are disconnected permanently', () => {
  const recovery = measure(
    ...load('a-1', 'a-2', 'a-3').filter(
      (line) => !(line.type === 'event' && line.event === 'left' && line.identity === 'a-1'),
    ),
    ...faultOn('a'),
    happened('a-1', FAULT_AT + 100, { event: 'disconnected', reason: 'server_shutdown' }),
  );

  it('counts every subscription of theirs', () =>
    expect(recovery.subscriptionsNotRecovered).toBe(4));
  it('is not in split brain, because the participants detect it', () =>
    expect(recovery.roomsSplit).toBe(0));
  it('reports them as disconnected', () =>
    expect(recovery.participants.find(({ identity }) => identity === 'a-1')).toMatchObject({
      recoveredBy: 'not_recovered',
      disconnected: true,
      timeToRecoverMs: null,
    }));
});

describe('a participant that leaves as planned during the drill', () => {
  /** Lines of a participant that joins and receives the others with them, and leaves earlier. */
  const early = (identity: string, others: readonly string[], leaveAt: number): RecordLine[] => [
    happened(identity, 100, { event: 'joined' }),
    ...others.flatMap((other) => [
      happened(identity, 500, { event: 'media_started', publisher: other, kind: 'audio' }),
      happened(other, 500, { event: 'media_started', publisher: identity, kind: 'audio' }),
    ]),
    happened(identity, leaveAt, { event: 'left' }),
    planned(identity, 0, leaveAt),
  ];
  const lost = (subscriber: string, publisher: string): RecordLine =>
    happened(subscriber, FAULT_AT, { event: 'media_interrupted', publisher, kind: 'audio' });
  const duringFault = (leaveAt: number) =>
    measure(
      ...load('a-1', 'a-2'),
      ...early('a-3', ['a-1', 'a-2'], leaveAt),
      ...faultOn('a'),
      ...interruption(['a-1', 'a-2'], FAULT_AT, ROLLBACK_AT),
      lost('a-3', 'a-1'),
      lost('a-1', 'a-3'),
    );

  it('was interrupted until its leave, if it left before it could recover', () =>
    expect(duringFault(FAULT_AT + 5_000)).toMatchObject({
      subscriptionsInterrupted: 4,
      subscriptionsNotRecovered: 0,
    }));

  it('has not recovered, if it left in the recovery window', () =>
    expect(duringFault(ROLLBACK_AT + 10_000).subscriptionsNotRecovered).toBe(2));

  it('does not lose the media of others that are disconnected later', () => {
    const recovery = measure(
      ...load('a-1', 'a-2').filter(
        (line) => !(line.type === 'event' && line.event === 'left' && line.identity === 'a-1'),
      ),
      planned('a-1', 0, END_AT, 'disconnected'),
      ...early('a-3', ['a-1', 'a-2'], FAULT_AT - 2_000),
      ...faultOn('a'),
      happened('a-1', FAULT_AT + 100, { event: 'disconnected', reason: 'server_shutdown' }),
    );
    expect(recovery.subscriptionsNotRecovered).toBe(2);
  });

  it('does not make the last one in its room lack media', () => {
    const recovery = measure(
      happened('a-1', 100, { event: 'joined' }),
      happened('a-1', END_AT, { event: 'left' }),
      ...early('a-2', ['a-1'], END_AT - 20_000),
      ...faultOn('a'),
    );
    expect(recovery).toMatchObject({ roomsWithoutMedia: 0, subscriptionsNotRecovered: 0 });
  });

  it('is never expected to receive those that join after it left', () => {
    const recovery = measure(
      ...load('a-1'),
      ...early('a-2', ['a-1'], ROLLBACK_AT),
      happened('a-3', ROLLBACK_AT + 100, { event: 'joined' }),
      happened('a-3', END_AT, { event: 'left' }),
      planned('a-3', ROLLBACK_AT, END_AT),
      ...faultOn('a'),
    );
    const pairs = recovery.subscriptions.map(
      ({ subscriber, publisher }) => `${subscriber} ${publisher}`,
    );
    expect(pairs.sort()).toEqual(['a-1 a-2', 'a-1 a-3', 'a-2 a-1', 'a-3 a-1']);
  });
});

describe('a participant that cannot join', () => {
  it('has received nothing, and no participant has received it', () => {
    const recovery = measure(
      ...load('a-1', 'a-2'),
      ...faultOn('a'),
      happened('a-3', ROLLBACK_AT + 3_000, { event: 'join_failed', reason: 'timeout' }),
      planned('a-3', ROLLBACK_AT, END_AT, 'join_failed'),
    );
    expect(recovery.subscriptionsNotRecovered).toBe(4);
  });
});

describe('a room that opens during the drill', () => {
  it('is not in the control group, because it may be on the target', () => {
    const recovery = measure(
      ...load('a-1', 'a-2', ...B),
      ...faultOn('a'),
      ...['c-1', 'c-2'].map((identity) =>
        happened(identity, FAULT_AT + 1_000, { event: 'joined', node: 'ND_a' }),
      ),
    );
    expect(recovery.subscriptionsNotRecovered).toBe(2);
    expect(recovery.controlGroupInterruptionMs).toBe(0);
    expect(recovery.rooms.map(({ controlGroup }) => controlGroup)).toEqual([false, true, false]);
  });
});

describe('the end of a publication by a change of its permission', () => {
  it('is not an interruption', () => {
    const recovery = measure(
      ...load('a-1', 'a-2'),
      ...faultOn('a'),
      happened('a-2', 40_000, { event: 'acted', action: 'permit' }),
      happened('a-1', 40_010, { event: 'media_interrupted', publisher: 'a-2', kind: 'audio' }),
    );
    expect(recovery.subscriptionsInterrupted).toBe(0);
  });
});

describe('the method of the recovery', () => {
  it.each([
    ['resumed', 'resume'],
    ['reconnected', 'reconnect'],
  ] as const)('of who was %s is %s', (event, recoveredBy) => {
    const recovery = measure(
      ...load('a-1', 'a-2'),
      ...faultOn('a'),
      happened('a-1', FAULT_AT + 50, { event: 'signal_lost' }),
      happened('a-1', FAULT_AT + 1_050, { event, durationMs: 1_000, node: 'ND_x' }),
    );
    expect(recovery.participants[0]).toMatchObject({
      recoveredBy,
      signalRecoveryMs: 1_000,
      signalLostAt: FAULT_AT + 50,
      reportedReconnects: 1,
    });
    expect(recovery.participants[1]).toMatchObject({
      recoveredBy: 'not_needed',
      signalRecoveryMs: null,
      reportedReconnects: 0,
    });
  });

  it('is rejoin if the application rejoined, after any other method', () => {
    const recovery = measure(
      ...load('a-1', 'a-2'),
      ...faultOn('a'),
      happened('a-1', FAULT_AT + 50, { event: 'signal_lost' }),
      happened('a-1', FAULT_AT + 900, { event: 'reconnected', durationMs: 850 }),
      happened('a-1', FAULT_AT + 1_000, { event: 'disconnected', reason: 'server_shutdown' }),
      happened('a-1', FAULT_AT + 2_500, { event: 'rejoined', durationMs: 1_500 }),
    );
    expect(recovery.participants[0]).toMatchObject({
      recoveredBy: 'rejoin',
      disconnected: true,
      reportedReconnects: 2,
    });
    expect(recovery.subscriptionsNotRecovered).toBe(0);
  });
});

describe('the registry', () => {
  it('agrees when it names the node of the participants', () => {
    const registry = drillLine(END_AT - 1, {
      event: 'registry_observed',
      rooms: { a: 'ND_a', b: 'ND_other' },
      nodes: {},
      ghostRooms: ['old'],
    });
    const { rooms, ghostRooms } = measure(...load('a-1', 'a-2', ...B), ...faultOn('a'), registry);
    expect(rooms.map(({ registryConsistent }) => registryConsistent)).toEqual([true, false]);
    expect(ghostRooms).toEqual(['old']);
  });

  it('is unknown when Redis does not answer', () => {
    const registry = drillLine(END_AT - 1, {
      event: 'registry_observed',
      rooms: null,
      nodes: {},
      ghostRooms: [],
    });
    const { rooms, ghostRooms } = measure(...load('a-1', 'a-2'), registry);
    expect([rooms[0]?.registryConsistent, ghostRooms]).toEqual([null, null]);
    expect(measure(...load('a-1', 'a-2')).ghostRooms).toBeNull();
  });
});

describe('join probes', () => {
  const { joinProbes } = measure(
    ...load('a-1', 'a-2'),
    ...faultOn('a'),
    ...joinProbe('a', 2_000, ['a-1', 'a-2']),
    ...joinProbe('a', FAULT_AT + 1_000, [], 'timeout'),
    ...joinProbe('a', ROLLBACK_AT + 1_000, ['a-1']),
    ...joinProbe('c', ROLLBACK_AT + 2_000, []),
  );

  it('are sorted by the window of their join', () =>
    expect(joinProbes.map(({ window }) => window)).toEqual([
      'baseline',
      'fault',
      'recovery',
      'recovery',
    ]));

  it('report the number of participants that they received', () =>
    expect(
      joinProbes.map(({ receivingFrom, expectedParticipants, failure }) => ({
        receiving: receivingFrom,
        present: expectedParticipants,
        failure,
      })),
    ).toEqual([
      { receiving: 2, present: 2, failure: null },
      { receiving: 0, present: 0, failure: 'timeout' },
      { receiving: 1, present: 2, failure: null },
      { receiving: 0, present: 0, failure: null },
    ]));

  it('of the window after a fault that was injected late belong to the fault for as long', () => {
    const late = faultOn('a').map((line) =>
      'at' in line ? { ...line, at: line.at + 4_000 } : line,
    );
    const { joinProbes: probes } = measure(
      ...load('a-1', 'a-2'),
      ...late,
      ...joinProbe('a', ROLLBACK_AT + 3_000, ['a-1']),
      ...joinProbe('a', ROLLBACK_AT + 5_000, ['a-1', 'a-2']),
    );
    expect(probes.map(({ window }) => window)).toEqual(['fault', 'recovery']);
  });

  it('belong to the window by the fault that began first, though another ended before it', () => {
    const [drain, undone] = faultOn('a');
    const quick = drillLine(FAULT_AT + 5_000, {
      event: 'fault_injected',
      id: 'f2',
      fault: 'kill',
      target: { role: 'other-node' },
      params: {},
      components: ['node-2'],
      rooms: [],
      completedAt: FAULT_AT + 5_005,
    });
    const { joinProbes: probes } = measure(
      ...load('a-1', 'a-2'),
      quick,
      ...(drain === undefined || undone === undefined ? [] : [drain, undone]),
      ...joinProbe('a', ROLLBACK_AT + 3_000, ['a-1', 'a-2']),
    );
    expect(probes.map(({ window }) => window)).toEqual(['recovery']);
  });

  it('may have joined a new room', () => expect(joinProbes.at(-1)?.newRoom).toBe(true));
});

describe('without any fault', () => {
  it('all participants are in the control group', () => {
    const recovery = measure(...load(...A, ...B));
    expect(recovery).toMatchObject({
      subscriptionsInterrupted: 0,
      timeToRecover: null,
      controlGroupInterruptionMs: 0,
      roomsSplit: 0,
      roomsWithoutMedia: 0,
      subscriptionsNotRecovered: 0,
    });
    expect(recovery.participants.every(({ controlGroup }) => controlGroup)).toBe(true);
  });
});
