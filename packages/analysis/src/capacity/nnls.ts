/**
 * Solves the non-negative least squares problem: x ≥ 0 with the least |Ax − b|. Active-set method
 * of Lawson and Hanson (Solving Least Squares Problems, 1974, chapter 23) on the normal equations,
 * which are accurate enough for a few columns of the same scale.
 * @param rows rows of A
 */
export const nonNegativeLeastSquares = (
  rows: readonly (readonly number[])[],
  b: readonly number[],
): number[] => {
  const columns = rows[0]?.length ?? 0;
  const gram = Array.from({ length: columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) => dot(column(rows, i), column(rows, j))),
  );
  const right = Array.from({ length: columns }, (_, i) => dot(column(rows, i), b));
  let x = new Array<number>(columns).fill(0);
  const passive = new Set<number>();
  const tolerance = 1e-10 * Math.max(1, ...right.map(Math.abs));
  for (let round = 0; round < 3 * columns + 3; round++) {
    const gradient = right.map((value, i) => value - dot(gram[i] ?? [], x));
    const best = gradient
      .map((value, index) => ({ value, index }))
      .filter(({ value, index }) => !passive.has(index) && value > tolerance)
      .sort((one, other) => other.value - one.value)[0];
    if (best === undefined) break;
    passive.add(best.index);
    for (;;) {
      const trial = solveOn([...passive], gram, right, columns);
      const negative = [...passive].filter((index) => (trial[index] ?? 0) <= 0);
      if (negative.length === 0) {
        x = trial;
        break;
      }
      // Move towards the trial solution until the first component becomes zero; components that are
      // zero become inactive.
      const share = Math.min(
        ...negative.map((index) => (x[index] ?? 0) / ((x[index] ?? 0) - (trial[index] ?? 0) || 1)),
      );
      x = x.map((value, index) => value + share * ((trial[index] ?? 0) - value));
      for (const index of negative)
        if ((x[index] ?? 0) <= 1e-12 || share === 0) {
          passive.delete(index);
          x[index] = 0;
        }
    }
  }
  return x;
};

const column = (rows: readonly (readonly number[])[], index: number): number[] =>
  rows.map((row) => row[index] ?? 0);

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

/**
 * Solves the unconstrained problem on some of the columns by Gaussian elimination with pivots;
 * other columns get zero, and so does a column that depends linearly on others.
 */
const solveOn = (
  on: readonly number[],
  gram: readonly (readonly number[])[],
  right: readonly number[],
  columns: number,
): number[] => {
  const matrix = on.map((i) => [...on.map((j) => gram[i]?.[j] ?? 0), right[i] ?? 0]);
  const size = on.length;
  for (let pivot = 0; pivot < size; pivot++) {
    const row = matrix
      .map((values, index) => ({ index, size: Math.abs(values[pivot] ?? 0) }))
      .filter(({ index }) => index >= pivot)
      .sort((a, b) => b.size - a.size)[0];
    const chosen = matrix[row?.index ?? pivot];
    if (row === undefined || chosen === undefined || row.size < 1e-14) continue;
    matrix[row.index] = matrix[pivot] ?? [];
    matrix[pivot] = chosen;
    for (const [index, values] of matrix.entries()) {
      if (index === pivot) continue;
      const factor = (values[pivot] ?? 0) / (chosen[pivot] ?? 1);
      for (let k = pivot; k <= size; k++) values[k] = (values[k] ?? 0) - factor * (chosen[k] ?? 0);
    }
  }
  const x = new Array<number>(columns).fill(0);
  for (const [index, target] of on.entries()) {
    const diagonal = matrix[index]?.[index] ?? 0;
    x[target] = Math.abs(diagonal) < 1e-14 ? 0 : (matrix[index]?.[size] ?? 0) / diagonal;
  }
  return x;
};
