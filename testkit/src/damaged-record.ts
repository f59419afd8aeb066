/**
 * Records with one change after the run, for tests of readers, which must read or refuse every
 * record.
 */

import type { RecordLine } from '@livekit-swarm/record';
import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Paths of keys to all places in a value. */
const placesIn = (value: Json, path: (string | number)[] = []): (string | number)[][] => {
  const inner = Array.isArray(value)
    ? value.flatMap((one, index) => placesIn(one, [...path, index]))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, key]))
      : [];
  return path.length === 0 ? inner : [path, ...inner];
};

/** Returns a copy with another value at a place; undefined removes the key. */
const changed = (
  value: Json,
  [key, ...rest]: readonly (string | number)[],
  to: Json | undefined,
): Json => {
  if (key === undefined) return to ?? null;
  const copy = structuredClone(value) as Record<string | number, Json>;
  if (rest.length > 0) copy[key] = changed(copy[key] ?? null, rest, to);
  else if (to === undefined) delete copy[key];
  else copy[key] = to;
  return copy as Json;
};

/** Lines as text, with a description of the change in them. */
export const damagedRecords = (
  lines: readonly RecordLine[],
): fc.Arbitrary<{ texts: string[]; what: string }> =>
  fc.nat({ max: lines.length - 1 }).chain((number) => {
    const line = JSON.parse(JSON.stringify(lines[number])) as Json;
    return fc
      .record({
        place: fc.constantFrom(...placesIn(line)),
        to: fc.constantFrom<(Json | undefined)[]>(
          undefined,
          null,
          'word',
          -1,
          1e300,
          true,
          [],
          {},
          [null],
          [{}],
        ),
      })
      .map(({ place, to }) => ({
        texts: lines.map((one, index) =>
          JSON.stringify(index === number ? changed(line, place, to) : one),
        ),
        what: `${place.join('.')} of line ${number + 1} is ${JSON.stringify(to)}`,
      }));
  });
