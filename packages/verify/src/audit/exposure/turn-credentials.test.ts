import { expect, test } from 'vitest';
import { outcomeOf } from '../../../test/support/check-facts.ts';
import { type TurnAnswer, turnCredentialsRule } from './turn-credentials.ts';

const of = (answer: TurnAnswer['answer']): string =>
  outcomeOf(turnCredentialsRule([{ url: 'turn:turn.example.com:3478', answer }]));

test('a server that allocates without credentials is an error; one that does not answer is unknown', () => {
  expect(of({ withoutCredentials: 401, withWrongPassword: 401 })).toBe('passed');
  expect(of({ withoutCredentials: null, withWrongPassword: null })).toBe('error');
  expect(of({ withoutCredentials: 401, withWrongPassword: null })).toBe('error');
  expect(of({ withoutCredentials: 403, withWrongPassword: null })).toBe('passed');
  expect(of('it does not answer')).toBe('unknown');
  expect(of({ withoutCredentials: 508, withWrongPassword: null })).toBe('unknown');
  expect(of({ withoutCredentials: 401, withWrongPassword: 486 })).toBe('unknown');
});
