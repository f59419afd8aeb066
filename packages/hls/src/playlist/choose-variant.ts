import type { Variant } from './playlist.ts';

/**
 * Variant of a listener with a limited bandwidth: the highest that fits, or the lowest if none
 * does.
 * @param variants at least one
 * @param mostBitsPerSecond null: no limit
 */
export const chooseVariant = (
  variants: readonly Variant[],
  mostBitsPerSecond: number | null,
): Variant => {
  const ascending = [...variants].sort((a, b) => a.bandwidth - b.bandwidth);
  const fitting = ascending.filter(
    ({ bandwidth }) => mostBitsPerSecond === null || bandwidth <= mostBitsPerSecond,
  );
  const chosen = fitting.at(-1) ?? ascending[0];
  if (chosen === undefined) throw new RangeError('a multivariant playlist has variants');
  return chosen;
};
