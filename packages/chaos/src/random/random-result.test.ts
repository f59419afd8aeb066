import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drawnLine } from '../../test/support/random-drills.ts';
import { FAULTS } from '../faults/index.ts';
import { areKnown, parseKnownViolations } from './known-violations.ts';
import { exitCodeOfSearch } from './random-result.ts';

const HELD = drawnLine();
const VIOLATED = drawnLine({ outcome: 'violated' });
const KNOWN = drawnLine({ outcome: 'violated', isKnown: true });
const UNDECIDED = drawnLine({ outcome: 'undecided' });
const ERROR = drawnLine({ outcome: 'error' });

it.each([
  [[HELD, HELD], 0],
  [[HELD, KNOWN], 0],
  [[HELD, UNDECIDED], 0],
  [[HELD, UNDECIDED, UNDECIDED], 98],
  [[UNDECIDED], 98],
  [[], 98],
  [[HELD, ERROR], 3],
  [[ERROR, VIOLATED, UNDECIDED], 99],
])('exits %#', (drills, code) => {
  expect(exitCodeOfSearch(drills, false)).toBe(code);
  expect(exitCodeOfSearch(drills, true)).toBe(130);
});

describe('a file of known violations', () => {
  const text = `
serverVersion: 1.13.5
violations:
  - { invariants: [room_on_two_nodes, no_media_after_quiet], faults: [hang], reason: split brain }
`;

  it('makes violations known where a schedule has its faults', () => {
    const known = parseKnownViolations(text, 'known.yaml');
    const split = [
      { invariant: 'room_on_two_nodes' },
      { invariant: 'no_media_after_quiet' },
    ] as const;
    expect(areKnown(split, [{ fault: 'kill' }, { fault: 'hang' }], known)).toBe(true);
    expect(areKnown(split, [{ fault: 'kill' }], known)).toBe(false);
    const other = [...split, { invariant: 'track_of_another_room' }] as const;
    expect(areKnown(other, [{ fault: 'hang' }], known)).toBe(false);
  });

  it.each([
    ['violations: [{ invariants: [split], faults: [hang], reason: x }]', /split/],
    ['violations: [{ invariants: [room_on_two_nodes], faults: [], reason: x }]', /faults/],
    ['drills: {}', /known\.yaml/],
  ])('refuses %j', (wrong, why) => {
    expect(() => parseKnownViolations(wrong, 'known.yaml')).toThrow(why);
  });
});

it('the included file of known violations names faults of the registry', () => {
  const file = fileURLToPath(
    new URL('../../../../chaos/random/known-violations.yaml', import.meta.url),
  );
  const known = parseKnownViolations(readFileSync(file, 'utf8'), file);
  expect(known.flatMap(({ faults }) => faults).filter((fault) => !FAULTS.has(fault))).toEqual([]);
});
