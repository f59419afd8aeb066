import type { EventLine } from '@livekit-swarm/record';
import { expandPlan, splitPlan, workersAnywhere } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { describe, expect, it } from 'vitest';
import { createRoster } from './roster.ts';

const shards = splitPlan(
  expandPlan(scenarioOfLoad({ rooms: 2, participants: 2 }), 't3st'),
  workersAnywhere(2),
);
const [first] = shards;
const [a = '', b = ''] = first?.participants.map(({ identity }) => identity) ?? [];

const event = (
  name: EventLine['event'],
  identity: string,
  more: Partial<EventLine> = {},
): EventLine => ({
  type: 'event',
  at: 1,
  event: name,
  identity,
  ...more,
});

const joined = (identity: string): EventLine =>
  event('joined', identity, { phases: { started: 0, signal: 5, ice: 8, joined: 12 } });

describe('createRoster', () => {
  it('counts participants by state', () => {
    const roster = createRoster(shards);
    expect(roster.counts()).toEqual({ planned: 4, joined: 0, connected: 0, failed: 0, waiting: 4 });
    roster.add(joined(a));
    roster.add(event('join_failed', b));
    expect(roster.counts()).toEqual({ planned: 4, joined: 1, connected: 1, failed: 1, waiting: 2 });
    roster.add(event('disconnected', a));
    expect(roster.counts()).toMatchObject({ joined: 1, connected: 0 });
    roster.add(event('reconnected', a));
    expect(roster.counts()).toMatchObject({ joined: 1, connected: 1 });
  });

  it('counts disconnected participants as waiting if they will rejoin', () => {
    const roster = createRoster(shards, 'app');
    roster.add(joined(a));
    roster.add(joined(b));
    roster.add(event('disconnected', a, { reason: 'server_shutdown' }));
    roster.add(event('disconnected', b, { reason: 'room_deleted' }));
    expect(roster.counts()).toMatchObject({ joined: 2, connected: 0, waiting: 3, failed: 0 });
    roster.add(event('rejoin_retry', a, { reason: 'unreachable' }));
    roster.add(event('rejoined', a));
    expect(roster.counts()).toMatchObject({ joined: 2, connected: 1, waiting: 2 });
    const [lost] = roster.recordLostParticipants(0, 4_000, 'process_died');
    expect(lost).toMatchObject({ identity: a, rejoins: 1, reconnects: 0 });
    expect(roster.counts()).toMatchObject({ connected: 0, failed: 0, waiting: 2 });
  });

  it('counts a participant that was about to rejoin as disconnected when its worker dies', () => {
    const roster = createRoster(shards, 'app');
    roster.add(joined(a));
    roster.add(event('disconnected', a, { reason: 'unreachable' }));
    roster.recordLostParticipants(0, 4_000, 'process_died');
    expect(roster.counts()).toMatchObject({ joined: 1, failed: 1, waiting: 2 });
  });

  it('ignores unknown identities and events of the run', () => {
    const roster = createRoster(shards);
    roster.add(joined('unknown'));
    roster.add({ type: 'event', at: 1, event: 'warning', message: 'hm' });
    expect(roster.counts()).toMatchObject({ joined: 0, waiting: 4 });
  });

  it('records all participants of a shard without a result as lost, with their joins and recoveries', () => {
    const roster = createRoster(shards);
    roster.add(joined(a));
    roster.add(event('resumed', a));
    const lost = roster.recordLostParticipants(0, 4_000, 'process_died');
    expect(lost).toHaveLength(2);
    expect(lost[0]).toMatchObject({
      identity: a,
      outcome: 'process_died',
      joinTimeMs: 12,
      resumes: 1,
      at: 4_000,
      shard: 0,
      tracks: [],
    });
    expect(lost[1]).toMatchObject({ identity: b, joinTimeMs: null, reason: 'process_died' });
    expect(roster.recordLostParticipants(0, 5_000, 'process_died')).toEqual([]);
    expect(roster.counts()).toEqual({ planned: 4, joined: 1, connected: 0, failed: 1, waiting: 2 });
  });

  it('does not record a participant that has a result as lost', () => {
    const roster = createRoster(shards);
    const [result] = createRoster(shards).recordLostParticipants(0, 1, 'x');
    if (result !== undefined) roster.add({ ...result, outcome: 'left' });
    expect(
      roster.recordLostParticipants(0, 2, 'process_died').map(({ identity }) => identity),
    ).toEqual([b]);
  });

  it('counts a participant that left, and drops it', () => {
    const roster = createRoster(shards);
    const [result] = createRoster(shards).recordLostParticipants(0, 1, 'x');
    if (result === undefined) throw new Error('no participant');
    roster.add(joined(a));
    roster.add({ ...result, identity: a, outcome: 'left', joinTimeMs: 12 });
    expect(roster.counts()).toEqual({ planned: 4, joined: 1, connected: 0, failed: 0, waiting: 3 });
    // An event after the result changes nothing.
    roster.add(joined(a));
    roster.add(event('disconnected', a));
    expect(roster.counts()).toEqual({ planned: 4, joined: 1, connected: 0, failed: 0, waiting: 3 });
  });

  it('counts no failure of a participant that left as planned before it had joined', () => {
    const roster = createRoster(shards, 'sdk', 60_000);
    const [result] = createRoster(shards).recordLostParticipants(0, 1, 'x');
    if (result === undefined) throw new Error('no participant');
    const left = { ...result, outcome: 'join_failed', reason: 'left_while_joining' } as const;
    roster.add({ ...left, joinAtMs: 100, leaveAtMs: 1_600, at: 1_650 });
    expect(roster.counts()).toEqual({ planned: 4, joined: 0, connected: 0, failed: 0, waiting: 3 });
    // Nine seconds suffice to join.
    roster.add({ ...left, identity: b, joinAtMs: 100, leaveAtMs: 9_000, at: 9_050 });
    expect(roster.counts()).toEqual({ planned: 4, joined: 0, connected: 0, failed: 1, waiting: 2 });
  });

  it('counts a join that only the result reports', () => {
    const roster = createRoster(shards);
    const [result] = createRoster(shards).recordLostParticipants(0, 1, 'x');
    if (result !== undefined) roster.add({ ...result, outcome: 'disconnected', joinTimeMs: 12 });
    expect(roster.counts()).toEqual({ planned: 4, joined: 1, connected: 0, failed: 0, waiting: 3 });
  });
});
