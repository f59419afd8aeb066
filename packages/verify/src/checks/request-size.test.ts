import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { neededSizes, requestSizeRule } from './request-size.ts';

it('request-size: less than a join with the token needs', () => {
  const measured = (url: number, header: number, proxy: 'nginx' | null = null) =>
    (['url', 'header'] as const).map((part) => {
      const passes = part === 'url' ? url : header;
      const refused = { size: passes * 2, answer: 'HTTP 414', reason: 'url_too_long' as const };
      return { part, passes, refused: passes === 16_384 ? null : refused, proxy };
    });
  const common = neededSizes(null);
  expect(outcomeOf(requestSizeRule(measured(16_384, 16_384), common))).toBe('passed');
  expect(outcomeOf(requestSizeRule(measured(4_096, 4_096), common))).toBe('passed');
  expect(outcomeOf(requestSizeRule(measured(2_048, 4_096), common))).toBe('warning');
  const large = neededSizes('x'.repeat(6_000));
  expect(requestSizeRule(measured(16_384, 4_096), large)).toMatchObject({
    ...{ outcome: 'found', severity: 'warning' },
    evidence: [expect.stringContaining('one of 8192 does not: HTTP 414 (url_too_long)')],
    cause: expect.stringContaining('browsers join'),
  });
  expect(requestSizeRule(measured(4_096, 16_384), large)).toMatchObject({
    cause: expect.stringContaining('browsers do not join'),
  });
  expect(outcomeOf(requestSizeRule(measured(16_384, 8_192), large))).toBe('passed');
  const named = JSON.stringify(requestSizeRule(measured(2_048, 2_048, 'nginx'), large));
  expect(named).toContain('large_client_header_buffers');
  expect(named).not.toContain('tune.bufsize');
  expect(JSON.stringify(requestSizeRule(measured(0, 0), common))).toContain('tune.bufsize');
});
