const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * A curve as a filled chart of block characters, highest row first.
 * @param values one a column, from 0
 * @param height rows
 */
export const loadChart = (values: readonly number[], height: number): string[] => {
  const top = Math.max(...values);
  return Array.from({ length: height }, (_, row) =>
    values
      .map((value) => {
        const filled = top > 0 ? (value / top) * height - (height - 1 - row) : 0;
        // Something is never drawn as nothing.
        const least = row === height - 1 && value > 0 ? 1 : 0;
        return BLOCKS[Math.max(least, Math.min(8, Math.round(filled * 8)))] ?? ' ';
      })
      .join('')
      .trimEnd(),
  );
};

/** A curve as one row of block characters. */
export const sparkline = (values: readonly number[]): string => loadChart(values, 1)[0] ?? '';
