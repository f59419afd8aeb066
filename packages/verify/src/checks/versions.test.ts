import { expect, it } from 'vitest';
import { outcomeOf } from '../../test/support/check-facts.ts';
import { versionsRule } from './versions.ts';

it('versions: nodes that differ', () => {
  const version = (text: string) => ({ prefix: '', version: text });
  expect(outcomeOf(versionsRule([version('1.13.4'), version('1.13.4')]))).toBe('passed');
  expect(outcomeOf(versionsRule([version('1.13.4'), version('1.11.0')]))).toBe('warning');
});
