import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { profilerRule } from './profiler.ts';

it('profiler: goroutines at the URL of signalling, or a port of its own', () => {
  const open = [{ address: '192.0.2.1', port: 1, kind: 'profiler' as const }];
  expect(outcomeOf(profilerRule(new Map(), []))).toBe('passed');
  expect(outcomeOf(profilerRule(new Map([['/debug', 'goroutine 1 [running]:']]), []))).toBe(
    'error',
  );
  expect(outcomeOf(profilerRule(new Map(), open))).toBe('error');
});
