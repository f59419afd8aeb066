/** A room, as webhooks and the API describe it. */
export interface MeteredRoom {
  name: string;
  metadata: string;
}

/** By what rooms are metered. */
export type MeteringRules =
  /** The first that the name of the room begins with. */
  | { by: 'prefix'; prefixes: readonly string[] }
  /** The value of this key of the room's metadata, which is a JSON object; of these values only. */
  | { by: 'metadata'; key: string; values: readonly string[] };

/** What belongs to no group. It is the only one that rules do not name, so that rooms cannot create series. */
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

/** Of `acme-` and `acme-eu-`, the second is meant. */
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
