import { describe, expect, it } from 'vitest';
import { NOW, outcomeOf } from '../../test/support/check-facts.ts';
import { decodeToken, tokenRule } from './token.ts';

describe('token', () => {
  const HOUR = 3_600;
  const claims = (video: object, exp: number | null = HOUR) => ({
    video: { roomJoin: true, room: 'a', ...video },
    ...(exp !== null && { exp: NOW / 1_000 + exp }),
  });
  it.each([
    [claims({ canPublish: true }), 'passed'],
    [claims({ roomAdmin: true }), 'error'],
    [claims({ roomCreate: true }), 'error'],
    [claims({ room: '' }), 'error'],
    [claims({}, -1), 'error'],
    [claims({}, null), 'error'],
    [claims({}, 48 * HOUR), 'warning'],
    [{ ...claims({}), sip: { admin: true } }, 'error'],
  ])('%j: %s', (given, outcome) => {
    expect(outcomeOf(tokenRule(given, NOW))).toBe(outcome);
  });

  it('explains the use of roomCreate where the API creates rooms', () => {
    const given = {
      exp: NOW / 1_000 + 600,
      video: { roomJoin: true, room: 'a', roomCreate: true },
    };
    const evidence = [expect.stringContaining('room.auto_create: false')];
    expect(tokenRule(given, NOW, false)).toMatchObject({ outcome: 'found', evidence });
    expect(tokenRule(given, NOW, true)).not.toMatchObject({ evidence });
  });

  it('is decoded without the secret', () => {
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(decodeToken(`${part({})}.${part({ exp: 5 })}.sig`)).toEqual({ exp: 5 });
    expect(outcomeOf(tokenRule(decodeToken('not a token'), NOW))).toBe('error');
  });
});
