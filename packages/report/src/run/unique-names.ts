/**
 * Names in which the second of the same gets a number, `calls (2)`: readers show only the first of
 * two, or refuse both.
 */
export const uniqueNames = (names: readonly string[]): string[] => {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
};
