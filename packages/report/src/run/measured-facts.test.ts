import { MetricSet } from '@livekit-swarm/metrics';
import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import { expect, test } from 'vitest';
import {
  adaptationFacts,
  agentFacts,
  encryptionFacts,
  ingressFacts,
  speakerFacts,
} from './measured-facts.ts';

test('what was not measured has no facts', () => {
  const metrics = new MetricSet();
  expect(encryptionFacts({ metrics })).toEqual([]);
  expect(speakerFacts({ metrics })).toEqual([]);
  expect(agentFacts({ metrics })).toEqual([]);
  expect(ingressFacts({ metrics })).toEqual([]);
});

test('streams through ingress are stated by what was measured of them', () => {
  const metrics = new MetricSet();
  metrics.trend('ingress_delay', { role: 'listener' }).add(700);
  expect(ingressFacts({ metrics })).toEqual([
    [
      'delay until the arrival at a listener',
      expect.stringMatching(/^p50 (69|70|71)\d(\.\d+)? ms/),
    ],
  ]);
});

test('conversations are stated over all callers', () => {
  const metrics = new MetricSet();
  metrics.rate('agents_lost', { role: 'caller' }, 3, 20);
  metrics.trend('agent_join_time', { role: 'caller' }).add(250);
  expect(agentFacts({ metrics })).toEqual([
    ['callers without an agent', '3 of 20'],
    ['agent joined after', expect.stringMatching(/^p50 2[45]\d(\.\d+)? ms/)],
  ]);
  for (const group of ['calls', 'more']) {
    metrics.rate('agent_turns_unanswered', { group }, 1, 40);
    metrics.rate('agent_overlaps', { group }, 2, 40);
    metrics.rate('agent_answer_gaps', { group }, 20, 40);
    metrics.trend('agent_response_time', { group }).add(800);
  }
  const facts = new Map(agentFacts({ metrics }));
  expect(facts.get('turns without an answer')).toBe('2 of 80');
  expect(facts.get('answered after')).toMatch(/^p50 (79|80)\d(\.\d+)? ms, p95 /);
  expect(facts.get('spoke before the caller had finished')).toBe('5 %');
  expect(facts.get('answers with gaps')).toBe('50 %');
  expect(facts.has('stopped after a barge-in')).toBe(false);
  expect(facts.has('sent the voice of the caller back')).toBe(false);
  metrics.rate('agent_echoes', { group: 'calls' }, 4, 80);
  expect(new Map(agentFacts({ metrics })).get('sent the voice of the caller back')).toBe('5 %');
  metrics.trend('agent_barge_in', { group: 'calls' }).add(300);
  expect(new Map(agentFacts({ metrics })).get('stopped after a barge-in')).toMatch(
    /^p50 (29|30)\d(\.\d+)? ms/,
  );
});

test('transfers are stated with the answers of each agent of a call', () => {
  const metrics = new MetricSet();
  metrics.rate('agent_transfers_lost', { role: 'caller' }, 1, 20);
  metrics.trend('agent_transfer_time', { role: 'caller' }).add(600);
  for (const [agent, ms] of [
    ['2', 900],
    ['1', 500],
  ] as const) {
    metrics.rate('agent_turns_unanswered', { role: 'caller', agent }, 0, 40);
    metrics.trend('agent_response_time', { role: 'caller', agent }).add(ms);
  }
  expect(agentFacts({ metrics })).toEqual(
    expect.arrayContaining([
      ['transfers without a next agent', '1 of 20'],
      ['next agent published audio after', expect.stringMatching(/^p50 (59|60)\d/)],
      ['agent 1 of a call answered after', expect.stringMatching(/^p50 (49|50)\d/)],
      ['agent 2 of a call answered after', expect.stringMatching(/^p50 (89|90)\d/)],
    ]),
  );
});

test('decryption and active speakers are stated over all roles', () => {
  const metrics = new MetricSet();
  for (const role of ['host', 'guest']) {
    metrics.rate('undecryptable_frames', { kind: 'audio', role }, 1, 50);
    metrics.count('key_changes', { role }, 2, { shard: 0, steady: true });
    metrics.trend('first_decrypted_time', { role }).add(200);
    metrics.rate('active_speaker_misses', { role }, 1, 4);
    metrics.rate('active_speaker_errors', { role }, 0, 10);
    metrics.trend('active_speaker_time', { role }).add(500);
  }
  expect(encryptionFacts({ metrics })).toEqual([
    ['undecryptable frames', '2 %'],
    ['first frame decrypted after', expect.stringMatching(/^p50 (19|20)\d ms, p95 (19|20)\d ms$/)],
    ['key changes', '4'],
  ]);
  expect(speakerFacts({ metrics })).toEqual([
    ['announced after', expect.stringMatching(/^p50 (49|50)\d ms/)],
    ['turns not announced', '25 %'],
    ['announcements of others', '0 %'],
  ]);
});

test('rate adaptation is stated of each role that has it', () => {
  const metrics = new MetricSet();
  const labels = { group: 'calls', role: 'commuter' } as const;
  metrics.trend('bandwidth_estimate', { direction: 'up', ...labels }).add(640_000);
  metrics.rate('quality_limitation', { kind: 'video', codec: 'vp8', ...labels }, 3, 4);
  metrics.trend('bandwidth_estimate', { direction: 'up', ...labels, role: 'browser' }).add(9e6);
  const executor = { type: 'constant-rooms', rooms: 1, joinRate: 50, durationMs: 9_000 } as const;
  const roles = [
    roleOf({ name: 'commuter', rateAdaptation: true }),
    roleOf({ name: 'lost', rateAdaptation: true }),
    roleOf({ name: 'browser', engine: 'browser' }),
  ];
  const scenario = scenarioOf([groupOf(executor, { name: 'calls', roles })]);
  expect(adaptationFacts({ metrics, scenario })).toEqual([
    [
      'calls, commuter: estimated bandwidth',
      expect.stringMatching(/^p5 6[34]\d(\.\d+)? kbit\/s, p50 6[34]\d(\.\d+)? kbit\/s$/),
    ],
    ['calls, commuter: in less than full quality', '75 % of the time'],
    ['calls, lost: estimated bandwidth', 'p5 –, p50 –'],
    ['calls, lost: in less than full quality', '– of the time'],
  ]);
});
