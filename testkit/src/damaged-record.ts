/** Records of which one thing was changed after the run, for tests of readers: whatever they are given, they read it or refuse it. */

import type { RecordLine } from '@livekit-swarm/record';
import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place inside of a value, as a path of keys. */
const placesIn = (value: Json, path: (string | number)[] = []): (string | number)[][] => {
  const inner = Array.isArray(value)
    ? value.flatMap((one, index) => placesIn(one, [...path, index]))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, key]))
      : [];
  return path.length === 0 ? inner : [path, ...inner];
};

/** @returns the same with something else at that place; undefined takes it away */
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

/** The lines as text, and what was changed in them. */
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
