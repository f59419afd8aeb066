/**
 * Circles of people who hear each other: two are in one circle when either hears the other, directly or by way of others. In order of size, largest first.
 * @param hears whether media of the second reaches the first
 */
export const islandsOf = (
  people: readonly string[],
  hears: (listener: string, speaker: string) => boolean,
): string[][] => {
  const unseen = new Set(people);
  const islands: string[][] = [];
  for (const first of people) {
    if (!unseen.delete(first)) continue;
    const island = [first];
    for (const member of island) {
      for (const other of [...unseen]) {
        if (!hears(member, other) && !hears(other, member)) continue;
        unseen.delete(other);
        island.push(other);
      }
    }
    islands.push(island.sort());
  }
  return islands.sort((a, b) => b.length - a.length);
};
