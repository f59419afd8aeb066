/**
 * Series of the text format; those with suffixes (`_bucket`, `_sum`, `_count`) keep their names.
 */
export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** @throws Error for a line that is not in the text format */
export const parseExposition = (text: string): Series[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = LINE.exec(line) ?? [];
      if (name === undefined) throw new Error(`not a series: ${line}`);
      return {
        name,
        labels: Object.fromEntries(
          [...labels.matchAll(LABEL)].map(([, label = '', text = '']) => [
            label,
            text.replace(/\\(.)/g, '$1'),
          ]),
        ),
        value: Number(value),
      };
    });

/** Sum of all series of this name with these labels; undefined: there are none. */
export const sumOf = (
  series: readonly Series[],
  name: string,
  labels: Record<string, string> = {},
): number | undefined => {
  const found = series.filter(
    (one) =>
      one.name === name &&
      Object.entries(labels).every(([label, wanted]) => one.labels[label] === wanted),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
};
