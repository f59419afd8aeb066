import { expect } from 'vitest';
import type { RepeatResult } from '../../src/measure/drill-result.ts';
import type { Platform } from '../../src/targets/platform.ts';

/**
 * Expects that one of three nodes was killed with three participants in each room, that its rooms
 * were interrupted and recovered, and that it runs again.
 */
export const expectNodeRecovered = async (
  repeat: RepeatResult | undefined,
  target: Platform,
): Promise<void> => {
  expect({ verdict: repeat?.verdict, reasons: repeat?.reasons }).toEqual({
    verdict: 'passed',
    reasons: [],
  });
  const recovery = repeat?.recovery;
  expect(recovery?.subscriptionsNotRecovered).toBe(0);
  expect(recovery?.timeToRecover?.max).toBeGreaterThan(4_000);
  const hit = recovery?.rooms.filter(({ controlGroup }) => !controlGroup) ?? [];
  expect(hit.length).toBeGreaterThan(0);
  expect(recovery?.subscriptionsInterrupted).toBe(hit.length * 6);
  expect(Math.min(...(recovery?.backends.map(({ healthy }) => healthy) ?? []))).toBe(2);
  for (const member of await target.components())
    expect(await target.pid(member), member.name).not.toBeNull();
};
