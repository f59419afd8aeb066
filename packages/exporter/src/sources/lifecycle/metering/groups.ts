/** Room as webhooks and the API describe it. */
export interface MeteredRoom {
  name: string;
  metadata: string;
}

/** Rules that assign rooms to groups. */
export type MeteringRules =
  /** Group by the longest prefix of the name of the room. */
  | { by: 'prefix'; prefixes: readonly string[] }
  /**
   * Group by the value of a key of the room's metadata, which is a JSON object. Only these values
   * are groups.
   */
  | { by: 'metadata'; key: string; values: readonly string[] };

/** Group of all other rooms, the only one that rules do not name: rooms cannot cause series. */
export const OTHER = 'other';

export const groupsOf = (rules: MeteringRules): string[] => [
  ...(rules.by === 'prefix' ? rules.prefixes : rules.values),
  OTHER,
];

export const groupOf = ({ name, metadata }: MeteredRoom, rules: MeteringRules): string => {
  if (rules.by === 'prefix')
    return longest(rules.prefixes.filter((prefix) => name.startsWith(prefix))) ?? OTHER;
  const value = tenantOf(metadata, rules.key);
  return value !== null && rules.values.includes(value) ? value : OTHER;
};

/** Longest of the matching prefixes: `acme-eu-` before `acme-`. */
const longest = (prefixes: readonly string[]): string | null =>
  prefixes.reduce<string | null>(
    (best, one) => (best === null || one.length > best.length ? one : best),
    null,
  );

const tenantOf = (metadata: string, key: string): string | null => {
  if (!metadata.startsWith('{')) return null;
  try {
    const parsed: unknown = JSON.parse(metadata);
    const value: unknown =
      typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, key) : null;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  } catch {
    return null;
  }
};
