/** A part of a document; of two that do not both fit, the one of lower `rank` stays. */
export interface Part {
  rank: number;
  text: string;
}

/**
 * Joins as many parts as fit into `most` characters, the most important first, in their order. `leftOut` is appended when parts are missing.
 * Whatever is too long even alone is left out, too.
 */
export const fit = (parts: readonly Part[], most: number, leftOut: string): string => {
  const whole = parts.filter(({ text }) => text !== '');
  const joined = (some: readonly Part[], note: boolean): string =>
    `${[...some.map(({ text }) => text), ...(note ? [leftOut] : [])].join('\n\n')}\n`;
  const all = joined(whole, false);
  if (all.length <= most) return all;
  const kept = new Set<Part>();
  let room = most - joined([], true).length;
  for (const part of whole.toSorted((a, b) => a.rank - b.rank)) {
    if (part.text.length + 2 > room) continue;
    kept.add(part);
    room -= part.text.length + 2;
  }
  return joined(
    whole.filter((part) => kept.has(part)),
    true,
  );
};
