/** Pairs of entries of a list that meet a condition, each once. */
export const pairsOf = <T>(
  list: readonly T[],
  areMeant: (one: T, other: T) => boolean,
): [one: T, other: T][] =>
  list.flatMap((one, index) =>
    list
      .slice(index + 1)
      .filter((other) => areMeant(one, other))
      .map((other): [T, T] => [one, other]),
  );
