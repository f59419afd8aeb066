import { parseThreshold } from '@livekit-swarm/metrics';
import { expect, it } from 'vitest';
import { THRESHOLD_PARTS } from './threshold-parts.ts';

it.each(THRESHOLD_PARTS)('the example of its $part can be read: $example', ({ example }) => {
  expect(() => parseThreshold(example)).not.toThrow();
});

it.each([
  ['packet_loss{role:viewer,kind:video}: rate<1%', { limit: 0.01 }],
  ['join_time.p95<2s', { limit: 2_000, aggregation: { type: 'p', percentile: 95 } }],
  ['jitter@30s..1m: p(95)<30', { window: { type: 'stretch', fromMs: 30_000, toMs: 60_000 } }],
  [
    'join_failures: rate<0.2 abortOnFail after 10s',
    { abortOnFail: { afterMs: 10_000 }, operator: '<' },
  ],
])('%s means what the page states', (text, meaning) => {
  expect(parseThreshold(text)).toMatchObject(meaning);
});
