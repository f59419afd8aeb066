import { formatThreshold, parseThreshold } from '@livekit-swarm/metrics';
import { type Scenario, scenarioOfFlags } from '@livekit-swarm/scenario';
import { describe, expect, it } from 'vitest';
import { adjustScenario } from './adjust-scenario.ts';

const scenario: Scenario = {
  ...scenarioOfFlags({}),
  tags: { team: 'voice' },
  thresholds: [
    'join_time: p(95)<2000',
    'join_time: max<9000',
    'packet_loss{kind:audio}: rate<0.02',
  ].map(parseThreshold),
};
const adjust = (threshold: string[], more: { seed?: string; tag?: string[] } = {}): Scenario =>
  adjustScenario(scenario, { threshold, tag: [], ...more });

describe('adjustScenario', () => {
  it('changes nothing without flags', () => {
    expect(adjust([])).toEqual(scenario);
  });

  it('replaces thresholds on the same metric, selector and aggregation, and adds others', () => {
    expect(
      adjust([
        'join_time: p(95)<900',
        'packet_loss: rate<0.01',
        'packet_loss{kind:audio}: rate<0.5',
      ]).thresholds.map(formatThreshold),
    ).toEqual([
      'join_time: max<9000',
      'join_time: p(95)<900',
      'packet_loss: rate<0.01',
      'packet_loss{kind:audio}: rate<0.5',
    ]);
  });

  it('refuses thresholds about nothing that is there', () => {
    expect(() => adjust(['join_time{role:ghost}: p(95)<900'])).toThrow(
      /no participant has the role "ghost"/,
    );
    expect(() => adjust(['join_time@peak: p(95)<900'])).toThrow(/unknown window "peak"/);
  });

  it('takes a seed and tags, of which the last of a name counts', () => {
    expect(
      adjust([], { seed: '4294967295', tag: ['team=video', 'a.b-c_1=x=y ', 'team=chat'] }),
    ).toMatchObject({
      seed: 4_294_967_295,
      tags: { team: 'chat', 'a.b-c_1': 'x=y' },
    });
  });

  it.each(['-1', '1.5', '4294967296', '', 'x', '1e3'])('refuses the seed %j', (seed) => {
    expect(() => adjust([], { seed })).toThrow(/--seed .*must be a whole number from 0/);
  });

  it.each(['team', '=voice', 'team=', '1a=b', 'a b=c', 'a=\u0007', `a=${'x'.repeat(201)}`])(
    'refuses the tag %j',
    (tag) => {
      expect(() => adjust([], { tag: [tag] })).toThrow(/not a tag/);
    },
  );
});
