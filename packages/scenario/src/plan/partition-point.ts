/**
 * Number of elements at the beginning of a sorted list of `length` that satisfy a condition, which
 * holds for none after them.
 */
export const partitionPoint = (length: number, holds: (index: number) => boolean): number => {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};
