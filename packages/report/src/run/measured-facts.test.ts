import { MetricSet } from '@livekit-swarm/metrics';
import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import { expect, test } from 'vitest';
import { adaptationFacts, encryptionFacts, speakerFacts } from './measured-facts.ts';

test('what was not measured has no facts', () => {
  const metrics = new MetricSet();
  expect(encryptionFacts({ metrics })).toEqual([]);
  expect(speakerFacts({ metrics })).toEqual([]);
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
