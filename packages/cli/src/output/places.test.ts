import { expect, it } from 'vitest';
import { distinctNames } from './places.ts';

it.each([
  [[], []],
  [
    ['hang', 'kill'],
    ['hang', 'kill'],
  ],
  [
    ['hang', 'kill', 'hang', 'hang'],
    ['hang', 'kill', 'hang-2', 'hang-3'],
  ],
  [
    ['hang', 'hang-2', 'hang'],
    ['hang', 'hang-2', 'hang-3'],
  ],
])('calls %j %j', (names, own) => expect(distinctNames(names)).toEqual(own));
