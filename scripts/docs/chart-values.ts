import { readFileSync } from 'node:fs';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { code, table } from './markdown.ts';

/** A value of the Helm chart; `shown`: its default, null for a mapping whose fields have rows. */
export interface ChartValue {
  path: string;
  shown: string | null;
  description: string;
}

const VALUES = new URL('../../packaging/helm/livekit-swarm/values.yaml', import.meta.url);

/** Every value of the chart, in the order of values.yaml, with the comment above it. */
export const chartValues = (): ChartValue[] => {
  const { contents, commentBefore } = parseDocument(readFileSync(VALUES, 'utf8'));
  if (!isMap(contents)) throw new Error('values.yaml is not a mapping');
  return valuesOf(contents, '', commentBefore);
};

const valuesOf = (map: YAMLMap, prefix: string, first?: string | null): ChartValue[] =>
  map.items.flatMap(({ key, value }, index) => {
    if (!isScalar(key)) throw new Error(`values.yaml: a key below ${prefix} is not a text`);
    const path = `${prefix}${key.value}`;
    const above = key.commentBefore ?? (index === 0 ? (map.commentBefore ?? first) : null);
    const description = descriptionOf(above ?? '');
    if (isMap(value) && value.flow !== true)
      return [{ path, shown: null, description }, ...valuesOf(value, `${path}.`)];
    return [{ path, shown: JSON.stringify(value), description }];
  });

/** Comment without its example, whose lines are indented. */
const descriptionOf = (comment: string): string =>
  comment
    .split('\n')
    .filter((line) => !line.startsWith('   '))
    .map((line) => line.trim())
    .join(' ')
    .trim()
    .replace(/:$/, '.');

/** Table of the values of the chart, for its README. */
export const chartValuesTable = (): string =>
  table(
    ['value', 'default', 'description'],
    chartValues().map(({ path, shown, description }) => [
      code(path),
      shown === null ? '' : code(shown),
      description,
    ]),
  );
