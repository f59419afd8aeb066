import { expect, test } from 'vitest';
import { CHECKS } from '../checks/index.ts';
import { AUDIT_CHECKS, AUDIT_ONLY } from './audit-checks.ts';

test('ids are unique, also beside those of verify, and every check comes after those it needs', () => {
  const ids = AUDIT_CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [index, { needs }] of AUDIT_CHECKS.entries())
    for (const need of needs) expect(ids.slice(0, index)).toContain(need);
  const own = new Set(CHECKS.map(({ id }) => id));
  expect(AUDIT_ONLY.filter(({ id }) => own.has(id))).toEqual([]);
});
