import { describe, expect, it, test } from 'vitest';
import { capacityOf, eventOf } from '../../test/support/event.ts';
import { type AlertFacts, alertsRule } from './alerts.ts';
import { generatorRule } from './generator.ts';
import { largestRoomRule } from './largest-room.ts';
import { priceText } from './price.ts';
import { spareNodeRule } from './spare-node.ts';

test('a room that no node carries is an error, whatever the number of nodes', () => {
  const capacity = capacityOf({});
  const ofRoom = (largestRoom: number) =>
    largestRoomRule({ event: eventOf({ largestRoom }), capacity });
  expect(ofRoom(1_000).outcome).toBe('passed');
  expect(ofRoom(1_001)).toMatchObject({ outcome: 'found', severity: 'error' });
  expect(largestRoomRule({ event: eventOf({}), capacity: null }).outcome).toBe('skipped');
});

test('a room above what a search carried at least is unknown', () => {
  const event = eventOf({ largestRoom: 1_001 });
  expect(largestRoomRule({ event, capacity: capacityOf({ end: 'max' }) })).toMatchObject({
    outcome: 'unknown',
    reason: expect.stringContaining('at least 1,000'),
  });
});

test('a node that had a room carried all of it, although other nodes were empty', () => {
  const capacity = capacityOf({ carried: 1, participants: { total: 20, perNode: 10 } });
  expect(largestRoomRule({ event: eventOf({ largestRoom: 20 }), capacity }).outcome).toBe('passed');
});

describe('a spare node', () => {
  const judge = (nodes: number | null, participants: number, isOneRoom = false) =>
    spareNodeRule({
      ...{ event: eventOf({ participants, isOneRoom }), headroom: 1.5, nodes },
      capacity: capacityOf({}),
    });
  it('is there where the others carry all participants', () => {
    expect(judge(3, 2_000).outcome).toBe('passed');
    expect(judge(3, 2_001)).toMatchObject({ severity: 'warning' });
    expect(judge(1, 10)).toMatchObject({ severity: 'warning' });
    expect(judge(null, 10).outcome).toBe('skipped');
  });
  it('is stated as a lower bound where the search ended early', () => {
    const event = eventOf({ participants: 2_001 });
    const capacity = capacityOf({ end: 'max' });
    expect(spareNodeRule({ event, headroom: 1.5, nodes: 3, capacity })).toMatchObject({
      severity: 'warning',
      evidence: ['2 nodes of 3 carry at least 2,000 participants'],
    });
  });
  it('of one room is any other node', () => {
    expect(judge(2, 1_000, true).outcome).toBe('passed');
  });
});

describe('alerts', () => {
  const rules = [
    { name: 'LiveKitNodeDown', expr: 'up{job="livekit"} == 0' },
    { name: 'CallsAreBad', expr: 'livekit_packet_loss > 0.1' },
    { name: 'DiskFull', expr: 'node_filesystem_avail_bytes < 1e9' },
  ];
  const judge = (...firing: AlertFacts['firing']) => alertsRule({ rules, firing });
  const alert = (name: string, severity = 'critical') => ({
    name,
    labels: { severity, instance: 'a:1' },
  });
  it('on LiveKit are an error, by name or by metric', () => {
    expect(judge(alert('LiveKitNodeDown'))).toMatchObject({
      severity: 'error',
      evidence: ['LiveKitNodeDown is firing (a:1)'],
    });
    expect(judge(alert('CallsAreBad'))).toMatchObject({ severity: 'error' });
  });
  it('on something else are a warning', () => {
    expect(judge(alert('DiskFull'))).toMatchObject({ severity: 'warning' });
  });
  it('that need no action do not count', () => {
    expect(judge(alert('Watchdog', 'none')).outcome).toBe('passed');
    expect(judge().outcome).toBe('passed');
  });
  it('are unknown without rules on LiveKit, or without an answer', () => {
    expect(alertsRule({ rules: rules.slice(2), firing: [] })).toMatchObject({ outcome: 'unknown' });
    expect(alertsRule(null)).toMatchObject({ outcome: 'unknown' });
  });
});

test('a generator that is too small is a warning, with the number of hosts', () => {
  const event = eventOf({ participants: 3_000 });
  expect(generatorRule(event, { participants: 3_000 }).outcome).toBe('passed');
  expect(generatorRule(event, { participants: 900 })).toMatchObject({
    severity: 'warning',
    evidence: [expect.stringContaining('needs 4 hosts')],
  });
  expect(generatorRule(event, { participants: 0 }).outcome).toBe('unknown');
});

test('an event has minutes, traffic and a price', () => {
  const cloud = { plan: 'ship', total: 412.4, read: '2026-11-20' };
  expect(priceText(eventOf({}), { participantMinutes: 12_000, gbDown: 90.44, cloud })).toEqual([
    '12,000 participant-minutes and 90.4 GB of traffic to participants in 2h',
    'a month with this event on LiveKit Cloud: 412 USD (plan ship, prices of 2026-11-20)',
  ]);
});
