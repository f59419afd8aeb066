import { expect, test } from 'vitest';
import { outcomeOf } from '../../../test/support/check-facts.ts';
import { auditToken, participantOf } from '../access/audit-token.ts';
import { logsRule, secretsIn } from './logs.ts';

const key = { apiKey: 'key', apiSecret: 'secret-of-a-sufficient-length-000' };
const NOW = Date.now();
const LATER = NOW + 3_600_000;
const joined = `GET /rtc?access_token=${auditToken(key, 'anna', participantOf('a'))}&protocol=16 200`;
const of = (line: string, at = NOW): string =>
  outcomeOf(logsRule(secretsIn(line, 'access.log:1', key.apiSecret, at), 1));

test('a token that is valid still and the API secret are errors, an expired token a warning', () => {
  expect(of(joined)).toBe('error');
  expect(of(`secret=${key.apiSecret}`)).toBe('error');
  expect(of(joined, LATER)).toBe('warning');
  expect(of('GET /rtc?protocol=16 200')).toBe('passed');
});

test('evidence names the place, and has no token', () => {
  const leaked = secretsIn(joined, 'access.log:7', key.apiSecret, NOW);
  expect(logsRule(Array.from({ length: 9 }, () => leaked).flat(), 9)).toMatchObject({
    evidence: [
      ...Array.from({ length: 5 }, () => 'access.log:7: a token that is valid still'),
      'and 4 more',
    ],
  });
});
