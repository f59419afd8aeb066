import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { metricsRule } from './metrics-port.ts';

const METRICS = '# HELP livekit_room_total\n# TYPE livekit_room_total gauge\n';

it('metrics-port: metrics at their own port, or at the URL of signalling', () => {
  const open = (kind: 'redis' | 'metrics') => [{ address: '192.0.2.1', port: 1, kind }];
  expect(outcomeOf(metricsRule(null, 'http://a', open('redis')))).toBe('passed');
  expect(outcomeOf(metricsRule(null, 'http://a', open('metrics')))).toBe('error');
  expect(outcomeOf(metricsRule(METRICS, 'http://a', []))).toBe('error');
  expect(outcomeOf(metricsRule('OK', 'http://a', []))).toBe('passed');
});
