import { expect, test } from 'vitest';
import { holdsDespiteImpairment, IMPAIRMENTS } from './impairment.ts';
import { metricDefinition, metricNames } from './metrics.ts';
import { parseThreshold } from './threshold-grammar.ts';

test('only metrics that are better when lower have the effect worse', () => {
  for (const name of metricNames())
    if (IMPAIRMENTS[name].effect === 'worse')
      expect(metricDefinition(name).better, name).toBe('lower');
});

test.each([
  ['jitter: p(95)<30', 24, true],
  ['jitter: p(95)<30', 25, false],
  ['jitter: p(95)>1', 5, false],
  ['jitter: count<100', 5, false],
  ['packet_loss: rate<0.01', 0.008, true],
  ['packet_loss: rate<=0', 0, true],
  ['packet_loss: count<100', 10, true],
  ['missing_tracks: rate==0', 0, true],
  ['join_failures: rate!=1', 0, false],
  ['packets_received: count>100', 1_000, false],
  ['nacks_sent: count<100', 0, false],
  ['server_cpu: avg<4', 0.1, false],
])('%s with %d: %s', (text, value, expected) => {
  expect(holdsDespiteImpairment(parseThreshold(text), value)).toBe(expected);
});
