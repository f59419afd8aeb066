/** Formats values as `median (smallest–largest)`. */
export const spread = (all: readonly number[], digits: number): string => {
  const sorted = all.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return `${middle.toFixed(digits)} (${sorted.at(0)?.toFixed(digits)}–${sorted.at(-1)?.toFixed(digits)})`;
};
