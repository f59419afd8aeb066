/** Part of a run, ms after its start. */
export interface Span {
  fromAt: number;
  toAt: number;
}

/** Times that any of the spans covers, in order and without overlaps. */
export const union = (spans: readonly Span[]): Span[] => {
  const joined: Span[] = [];
  for (const { fromAt, toAt } of spans.toSorted((a, b) => a.fromAt - b.fromAt)) {
    const last = joined.at(-1);
    if (toAt <= fromAt) continue;
    if (last === undefined || fromAt > last.toAt) joined.push({ fromAt, toAt });
    else last.toAt = Math.max(last.toAt, toAt);
  }
  return joined;
};

/** Times that spans of both lists cover. */
export const intersection = (some: readonly Span[], others: readonly Span[]): Span[] =>
  union(
    some.flatMap((one) =>
      others.map((other) => ({
        fromAt: Math.max(one.fromAt, other.fromAt),
        toAt: Math.min(one.toAt, other.toAt),
      })),
    ),
  );

/** Times that the first list covers and the second does not. */
export const difference = (some: readonly Span[], others: readonly Span[]): Span[] => {
  const gaps = union(others);
  const bounds = [
    Number.NEGATIVE_INFINITY,
    ...gaps.flatMap(({ fromAt, toAt }) => [fromAt, toAt]),
    Number.POSITIVE_INFINITY,
  ];
  const rest = Array.from({ length: gaps.length + 1 }, (_, index) => ({
    fromAt: bounds[2 * index] ?? 0,
    toAt: bounds[2 * index + 1] ?? 0,
  }));
  return intersection(some, rest);
};
