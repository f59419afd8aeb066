import { expect, test } from 'vitest';
import { auditSample } from '../../test/support/samples.ts';
import { AUDIT_REPORTERS } from './index.ts';

test('a check that passed shows a part of its evidence, a finding all of it', () => {
  const evidence = Array.from({ length: 9 }, (_, index) => `attempt ${index}`);
  const checks = auditSample().checks.map((check) => ({ ...check, evidence }));
  const text = AUDIT_REPORTERS.text.render({ ...auditSample(), checks });
  expect(text).toMatch(/^Security and isolation of wss:\/\/livekit\.example\.com\n/);
  expect(text).toContain('attempt 2\n              and 6 more: --json has all\n');
  // Two findings have the last line.
  expect(text.match(/attempt 8/g)).toHaveLength(2);
});
