import { aggregate } from '@livekit-swarm/metrics';
import { describe, expect, it } from 'vitest';
import {
  ANNA,
  BEN,
  line,
  type MadeUp,
  NO_ROOMS,
  plan,
  REPORTED,
  type Report,
  ROOM,
  result,
  watchOf,
  webhook,
} from '../test/support/made-up-load.ts';
import { PresenceWatch } from './presence-watch.ts';

const findingsOf = (madeUp: MadeUp, openRooms: ReadonlySet<string> | null = NO_ROOMS) =>
  watchOf(madeUp).compare(openRooms).findings;

const without = (event: string, identity?: string): Report[] =>
  REPORTED.filter((reports) => reports.event !== event || reports.identity !== identity);

const only = (event: string, identity?: string): Report => {
  const found = REPORTED.find(
    (reports) => reports.event === event && reports.identity === identity,
  );
  if (found === undefined) throw new Error(`no ${event}`);
  return found;
};

describe('a load of which everything was reported', () => {
  const presence = watchOf().compare(NO_ROOMS);

  it('has no findings, and each event once', () => {
    expect(presence.findings).toEqual([]);
    expect(presence).toMatchObject({ sessions: 2, rooms: 1, webhooks: { own: 10, others: 0 } });
    expect(
      presence.events.map(({ event, due, reported, again }) => [event, due, reported, again]),
    ).toEqual([
      ['room_started', 1, 1, 0],
      ['participant_joined', 2, 2, 0],
      ['track_published', 2, 2, 0],
      ['track_unpublished', 2, 2, 0],
      ['participant_left', 2, 2, 0],
      ['room_finished', 1, 1, 0],
    ]);
  });

  it('has delays from what participants knew, and none where the time is not known', () => {
    const delays = presence.events.map(({ event, delay }) => [event, delay.max ?? null]);
    expect(delays).toEqual([
      // It arrived before the first participant was ready.
      ['room_started', 0],
      ['participant_joined', 20],
      ['track_published', 50],
      ['track_unpublished', 20],
      ['participant_left', 40],
      ['room_finished', null],
    ]);
  });

  it('counts what did not happen as zero', () => {
    const { metrics } = presence;
    for (const metric of [
      'presence_missed',
      'presence_duplicates',
      'presence_unexpected',
      'presence_out_of_order',
    ] as const)
      expect(aggregate(metrics.measure(metric), { type: 'count' })).toBe(0);
    expect(aggregate(metrics.measure('presence_ghost_time'), { type: 'max' })).toBe(0);
  });
});

describe('finds an event that no webhook reported', () => {
  it.each<[string, string | undefined, number | null]>([
    ['room_started', undefined, 100],
    ['participant_joined', ANNA, 100],
    ['track_published', ANNA, 100],
    ['track_unpublished', BEN, 10_000],
    ['participant_left', BEN, 10_000],
    ['room_finished', undefined, null],
  ])('%s', (event, identity, atMs) => {
    expect(findingsOf({ reports: without(event, identity) })).toEqual([
      {
        ...{ code: 'missed', event, room: ROOM, identity: identity ?? null, atMs },
        track: event.startsWith('track_') ? 'audio' : null,
      },
    ]);
  });

  it('all of a room of which nothing was reported', () => {
    const findings = findingsOf({ reports: [] });
    expect(findings.every(({ code }) => code === 'missed')).toBe(true);
    expect(findings).toHaveLength(REPORTED.length);
  });

  it('but not the end of a room that the API still lists, or may list', () => {
    const reports = without('room_finished');
    expect(findingsOf({ reports }, new Set([ROOM]))).toEqual([]);
    expect(findingsOf({ reports }, null)).toEqual([]);
  });

  it('but no track of a session that was too short for its media', () => {
    const watch = new PresenceWatch(plan, 'made');
    watch.addLine(line(ANNA, { event: 'joined', at: 100 }));
    watch.addLine(line(ANNA, { event: 'left', at: 1_500 }));
    watch.addLine(result(ANNA, 1_500));
    const about = { room: ROOM, identity: ANNA };
    expect(watch.compare(null).findings).toMatchObject([
      { event: 'participant_joined', ...about },
      { event: 'room_started', room: ROOM },
      { event: 'participant_left', ...about },
    ]);
  });
});

describe('finds an event that was reported again', () => {
  it('as the same event, by its id', () => {
    const left = only('participant_left', ANNA);
    const reports = [...REPORTED, { ...left, atMs: 11_500 }, { ...left, atMs: 13_500 }];
    expect(findingsOf({ reports })).toMatchObject([
      {
        code: 'delivered_again',
        event: 'participant_left',
        identity: ANNA,
        times: 2,
        atMs: 11_500,
      },
    ]);
    const { metrics, events } = watchOf({ reports }).compare(NO_ROOMS);
    expect(aggregate(metrics.measure('presence_duplicates'), { type: 'count' })).toBe(2);
    // A late copy does not make the event late.
    expect(events.find(({ event }) => event === 'participant_left')?.delay.max).toBe(40);
  });

  it('as another event about it', () => {
    const reports = [
      ...REPORTED,
      { ...only('participant_joined', BEN), atMs: 900, id: 'EV_other' },
    ];
    expect(findingsOf({ reports })).toMatchObject([
      { code: 'repeated', event: 'participant_joined', identity: BEN, atMs: 900 },
    ]);
  });
});

describe('finds events out of order', () => {
  it('by arrival: a leave that overtook its join', () => {
    const joined = { ...only('participant_joined', ANNA), atMs: 10_500, createdAt: 1_000 };
    expect(findingsOf({ reports: [...without('participant_joined', ANNA), joined] })).toMatchObject(
      [
        {
          ...{ code: 'out_of_order', event: 'participant_joined', identity: ANNA },
          ...{ after: 'participant_left', by: 'arrival' },
        },
      ],
    );
  });

  it('by the dates of the events alone', () => {
    const published = { ...only('track_published', ANNA), createdAt: 1_090 };
    expect(findingsOf({ reports: [...without('track_published', ANNA), published] })).toMatchObject(
      [
        {
          code: 'out_of_order',
          event: 'track_published',
          after: 'track_unpublished',
          by: 'creation',
        },
      ],
    );
  });

  it('of a room that finished before its last participant had left', () => {
    const left = { ...only('participant_left', BEN), atMs: 31_000 };
    expect(findingsOf({ reports: [...without('participant_left', BEN), left] })).toMatchObject([
      { code: 'out_of_order', event: 'participant_left', after: 'room_finished', by: 'both' },
    ]);
  });
});

describe('sessions', () => {
  it('finds one that the participant never had', () => {
    const stranger = ['participant_joined', 'participant_left'].map((event, index) => ({
      ...{ atMs: 2_000 + index, event, identity: ANNA, sid: 'PA_stranger', id: `EV_${event}_2` },
    }));
    expect(findingsOf({ reports: [...REPORTED, ...stranger] })).toMatchObject([
      { code: 'unexpected', event: 'participant_joined', identity: ANNA, atMs: 2_000 },
    ]);
  });

  it('takes one for a join that failed before', () => {
    const tried = { atMs: 80, event: 'participant_connection_aborted', identity: ANNA };
    const watch = watchOf({ reports: [{ ...tried, sid: 'PA_tried' }, ...REPORTED] });
    watch.addLine(line(ANNA, { event: 'join_retry', at: 50 }));
    expect(watch.compare(NO_ROOMS).findings).toEqual([]);
  });

  it('are two after a reconnect: the first one ends as well', () => {
    const watch = new PresenceWatch(plan, 'made');
    const events = [
      { event: 'joined', at: 100 },
      { event: 'signal_lost', at: 4_000 },
      { event: 'reconnected', at: 6_000 },
      { event: 'left', at: 10_000 },
    ] as const;
    for (const one of events) watch.addLine(line(ANNA, one));
    watch.addLine(result(ANNA, 10_000, { reconnects: 1 }));
    const reports: Report[] = [
      { atMs: 60, event: 'room_started' },
      { atMs: 120, event: 'participant_joined', identity: ANNA, sid: 'PA_1', id: 'EV_1' },
      { atMs: 6_020, event: 'participant_joined', identity: ANNA, sid: 'PA_2', id: 'EV_2' },
      { atMs: 10_020, event: 'participant_left', identity: ANNA, sid: 'PA_2', id: 'EV_3' },
      { atMs: 30_000, event: 'room_finished' },
    ];
    for (const one of reports) watch.addWebhook(webhook(one), one.atMs);
    const { findings, sessions } = watch.compare(NO_ROOMS);
    expect(sessions).toBe(2);
    expect(findings).toMatchObject([
      { code: 'missed', event: 'participant_left', identity: ANNA, atMs: null },
    ]);
  });
});

describe('sessions that actions begin and end', () => {
  const watchActions = (
    events: readonly Parameters<typeof line>[1][],
    reports: readonly Report[],
    participants = plan.participants,
  ): PresenceWatch => {
    const watch = new PresenceWatch({ participants }, 'made');
    for (const one of events) watch.addLine(line(ANNA, one));
    watch.addLine(result(ANNA, 10_000, { tracks: [] }));
    for (const [index, one] of reports.entries())
      watch.addWebhook(webhook({ id: `EV_${index}`, ...one }), one.atMs);
    return watch;
  };
  const joined = { atMs: 120, event: 'participant_joined', identity: ANNA };
  const left = (atMs: number): Report => ({ atMs, event: 'participant_left', identity: ANNA });
  const room: Report[] = [
    { atMs: 60, event: 'room_started' },
    { atMs: 40_000, event: 'room_finished' },
  ];

  it('are two after a second join of the same identity', () => {
    const watch = watchActions(
      [
        { event: 'joined', at: 100 },
        { event: 'acted', at: 5_000, action: 'join-again' },
        { event: 'left', at: 10_000 },
      ],
      [
        ...room,
        joined,
        { ...joined, atMs: 4_990, sid: 'PA_2' },
        left(5_010),
        { ...left(10_020), sid: 'PA_2' },
      ],
    );
    expect(watch.compare(NO_ROOMS)).toMatchObject({ sessions: 2, findings: [] });
  });

  it('end when the server was asked to end them', () => {
    const watch = watchActions(
      [
        { event: 'joined', at: 100 },
        { event: 'acted', at: 5_000, action: 'simulate-server-leave' },
        { event: 'left', at: 10_000 },
      ],
      [...room, joined, left(5_020)],
    );
    for (let atMs = 500; atMs < 10_000; atMs += 1_000)
      watch.addPoll({
        ...{ room: ROOM, requestedAtMs: atMs, answeredAtMs: atMs + 5 },
        identities: new Set(atMs < 5_000 ? [ANNA] : []),
      });
    expect(watch.compare(NO_ROOMS).findings).toEqual([]);
  });

  it('end without a LEAVE while the connection is lost, when another may have begun', () => {
    const watch = watchActions(
      [
        { event: 'joined', at: 100 },
        { event: 'signal_lost', at: 8_000 },
        { event: 'left', at: 10_000 },
      ],
      [
        ...room,
        joined,
        { ...joined, atMs: 9_900, sid: 'PA_2' },
        { ...left(10_100), sid: 'PA_2' },
        left(23_000),
      ],
    );
    const { findings, events } = watch.compare(NO_ROOMS);
    expect(findings).toEqual([]);
    // When the server notices is up to its timeouts.
    const row = events.find(({ event }) => event === 'participant_left');
    expect(row?.delay.max ?? null).toBeNull();
  });

  it('end without a LEAVE by the action disappear', () => {
    const actions = [{ atMs: 10_000, do: 'disappear' as const }];
    const watch = watchActions(
      [
        { event: 'joined', at: 100 },
        { event: 'left', at: 10_000 },
      ],
      [...room, joined, left(25_000)],
      plan.participants.map((one) => ({ ...one, actions })),
    );
    watch.addPoll({
      ...{ room: ROOM, requestedAtMs: 20_000, answeredAtMs: 20_005 },
      identities: new Set([ANNA]),
    });
    const { findings, events } = watch.compare(NO_ROOMS);
    expect(findings).toMatchObject([{ code: 'ghost', end: 'vanished' }]);
    const row = events.find(({ event }) => event === 'participant_left');
    expect(row?.delay.max ?? null).toBeNull();
  });
});

it('knows the rooms that exist for its run alone', () => {
  const elsewhere = plan.participants.map((one) => ({ ...one, room: 'town-hall' }));
  const watch = new PresenceWatch({ participants: [...plan.participants, ...elsewhere] }, 'made');
  expect(watch.rooms).toEqual([ROOM, 'town-hall']);
  expect(watch.ownRooms).toEqual([ROOM]);
});

it('leaves out other rooms and other participants', () => {
  const reports: Report[] = [
    ...REPORTED,
    { atMs: 500, event: 'room_started', room: 'town-hall', roomSid: 'RM_2' },
    { atMs: 500, event: 'participant_joined', room: 'town-hall', roomSid: 'RM_2', identity: ANNA },
    { atMs: 500, event: 'participant_joined', identity: 'stranger' },
    { atMs: 500, event: 'egress_started' },
  ];
  expect(watchOf({ reports }).compare(NO_ROOMS)).toMatchObject({
    ...{ findings: [], webhooks: { own: 10, others: 4 } },
  });
});

describe('what the API lists', () => {
  const seconds = (from: number, to: number) =>
    [...Array(to - from).keys()].map((index) => (from + index) * 1_000 + 500);

  it('finds a participant that it lists after it had left, and for how long at least', () => {
    const listed = seconds(0, 20).map((atMs) =>
      atMs < 10_000
        ? ([atMs, ANNA, BEN] as const)
        : atMs < 15_000
          ? ([atMs, BEN] as const)
          : ([atMs] as const),
    );
    expect(findingsOf({ listed })).toEqual([
      {
        ...{ code: 'ghost', identity: BEN, room: ROOM, end: 'left' },
        ...{ fromMs: 10_000, forMs: 4_500, isOver: true },
      },
    ]);
  });

  it('finds one that is not over', () => {
    const listed = seconds(0, 15).map((atMs) => [atMs, ANNA, BEN] as const);
    expect(findingsOf({ listed })).toMatchObject([
      { code: 'ghost', forMs: 4_500, isOver: false },
      { code: 'ghost', forMs: 4_500, isOver: false },
    ]);
  });

  it('finds a connected participant that it does not list, at first or in between', () => {
    const listed = seconds(0, 12).map((atMs) =>
      atMs > 10_000
        ? ([atMs] as const)
        : [atMs, ...(atMs > 3_000 ? [ANNA] : []), ...(atMs < 4_000 || atMs > 8_000 ? [BEN] : [])],
    ) as NonNullable<MadeUp['listed']>;
    expect(findingsOf({ listed })).toEqual([
      {
        ...{ code: 'unlisted', identity: ANNA, room: ROOM },
        ...{ fromMs: 100, forMs: 2_400, isOver: true },
      },
      {
        ...{ code: 'unlisted', identity: BEN, room: ROOM },
        ...{ fromMs: 4_505, forMs: 2_995, isOver: true },
      },
    ]);
  });

  it('knows nothing where it was not asked', () => {
    const { metrics } = watchOf({ listed: [] }).compare(NO_ROOMS);
    expect(metrics.measure('presence_ghost_time')).toBeUndefined();
    expect(metrics.measure('presence_unlisted_time')).toBeUndefined();
  });
});
