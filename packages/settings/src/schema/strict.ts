import { z } from 'zod';
import { type Complaint, hinted, hintedKeys, quote } from './issues.ts';
import { nearest } from './nearest.ts';

/** Names that k6, the flags of swarm and other tools give to a key. */
const FAMILIAR: Record<string, string> = {
  name: 'scenario',
  scenarios: 'groups',
  vus: 'rooms',
  startVUs: 'startRooms',
  maxVUs: 'maxRooms',
  preAllocatedVUs: 'maxRooms',
  exec: 'roles',
  participants: 'roles',
  subscribers: 'roles',
  gracefulStop: 'roomDuration',
  dataRate: 'data',
};

/**
 * Schema of a mapping with these keys and no others.
 * @param elsewhere hint for a key that belongs to another place
 */
export const strict = <const Shape extends z.ZodRawShape>(
  shape: Shape,
  elsewhere: (key: string) => string | null = () => null,
) => {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys')
        return hinted('must be a mapping', `give it some of ${known.join(', ')}`)(issue);
      return hintedKeys(issue.keys.map((key) => unknownKey(key, known, elsewhere(key))))(issue);
    },
  });
};

/**
 * Returns true if an unknown key is a misspelling of a known key, or another tool's name for it.
 */
export const meansKey = (key: string, known: string): boolean =>
  (Object.hasOwn(FAMILIAR, key) && FAMILIAR[key] === known) || nearest(key, [known]) === known;

const unknownKey = (key: string, known: readonly string[], elsewhere: string | null): Complaint => {
  const familiar = Object.hasOwn(FAMILIAR, key) ? FAMILIAR[key] : undefined;
  const meant =
    elsewhere === null ? (known.find((one) => one === familiar) ?? nearest(key, known)) : null;
  const message = `unknown key ${quote(key)}`;
  if (meant !== null) return { message, hint: `did you mean ${meant}?` };
  return { message, hint: elsewhere ?? `available: ${known.join(', ')}` };
};
