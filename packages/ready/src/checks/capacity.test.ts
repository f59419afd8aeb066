import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import { describe, expect, it } from 'vitest';
import { capacityOf, eventOf, NOW } from '../../test/support/event.ts';
import { type CapacityFacts, capacityRule } from './capacity.ts';

const judge = (given: Partial<CapacityFacts>) =>
  capacityRule({
    ...{ event: eventOf({ participants: 3_000 }), headroom: 1.5, capacity: capacityOf({}) },
    ...{ nodes: 5, versions: ['1.13.5'], nowMs: NOW },
    ...given,
  });

describe('capacity', () => {
  it('passes where all nodes together carry the participants with the headroom', () => {
    const result = judge({});
    expect(result.outcome).toBe('passed');
    expect(result).toHaveProperty('evidence', [
      '5 nodes of 1,000 participants each: 5,000',
      '3,000 participants need 4,500 with a headroom of 1.5',
      'measured on 2026-01-10, livekit-server 1.13.5, nodes of 4 cores',
    ]);
  });

  it('states how many nodes are missing', () => {
    expect(judge({ nodes: 3 })).toMatchObject({
      ...{ outcome: 'found', severity: 'error' },
      fix: 'add 2 nodes of the same size: 5 in all',
    });
  });

  it('of one room is that of one node, whatever the number of nodes', () => {
    const event = eventOf({ participants: 1_500, isOneRoom: true });
    const capacity = capacityOf({ participants: { total: 2_000, perNode: 400 } });
    expect(judge({ event, capacity })).toMatchObject({ severity: 'error' });
    expect(judge({ event: { ...event, participants: 1_300 }, capacity }).outcome).toBe('passed');
    const unknownNodes = { event: { ...event, participants: 1_300 }, capacity, nodes: null };
    expect(judge(unknownNodes).outcome).toBe('passed');
  });

  it.each<[string, Partial<CapacityFacts>, string]>([
    ['no measurement', { capacity: null }, 'not measured'],
    ['another scenario', { capacity: capacityOf({ scenario: 'calls' }) }, 'not with webinar'],
    ['nothing carried', { capacity: capacityOf({ carried: 0 }) }, 'no load that is carried'],
    ['no nodes', { nodes: null }, '--nodes N'],
    [
      'a search that ended early',
      { nodes: 3, capacity: capacityOf({ end: 'generator' }) },
      'at least 3,000 participants are carried',
    ],
  ])('is unknown with %s', (_name, given, reason) => {
    const result = judge(given);
    expect(result).toMatchObject({ outcome: 'unknown' });
    expect(result).toHaveProperty('reason', expect.stringContaining(reason));
  });

  it('of a search that ended early is enough where it suffices', () => {
    expect(judge({ capacity: capacityOf({ end: 'max' }) }).outcome).toBe('passed');
  });

  it.each<[Partial<CapacityResult>, string[], string]>([
    [{ startedAt: '2025-11-01T10:00:00Z' }, ['1.13.5'], 'the measurement is 75 days old'],
    [{}, ['1.13.5', '1.14.0'], 'nodes run livekit-server 1.14.0 now'],
  ])('warns of an old measurement: %j %j', (given, versions, text) => {
    const result = judge({ capacity: capacityOf(given), versions });
    expect(result).toMatchObject({ outcome: 'found', severity: 'warning' });
    expect(result).toHaveProperty('evidence', expect.arrayContaining([text]));
  });
});
