import {
  type Slope,
  SOAK_RESOURCES,
  type SoakResource,
  slopeAfterAll,
} from '@livekit-swarm/analysis/soak';
import { EXIT_CODES, type ExitCode, formatNumber } from '@livekit-swarm/settings';
import { finiteDeep } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import { printable, renderHeadedTable, styleFor, type TableData, wrap } from '../text-layout.ts';
import type { SoakReport } from './index.ts';
import { amount, intervalText, NAMES, soakReasonLines, verdictText } from './text.ts';

/** Several servers that were soaked with the same load. */
export interface SoakComparison {
  schema: 'livekit-swarm/soaks/1';
  /** That of the last server, which is compared with those before it. */
  exitCode: ExitCode;
  /** How many servers there were to be. */
  planned: number;
  soaks: readonly { name: string; soak: SoakReport }[];
  differences: SoakDifference[];
}

/** A server keeps more or less than the first one, for certain: the intervals of both do not overlap. */
export interface SoakDifference {
  name: string;
  resource: SoakResource;
  direction: 'more' | 'less';
}

/** @param planned how many servers there were to be: with fewer, an error or Ctrl-C came between */
export const compareSoaks = (soaks: SoakComparison['soaks'], planned: number): SoakComparison => {
  const [first, ...others] = soaks;
  const last = soaks.at(-1)?.soak.exitCode ?? EXIT_CODES.inconclusive.code;
  return {
    schema: 'livekit-swarm/soaks/1',
    exitCode:
      soaks.length < planned && last === EXIT_CODES.passed.code
        ? EXIT_CODES.inconclusive.code
        : last,
    planned,
    soaks,
    differences:
      first === undefined
        ? []
        : others.flatMap(({ name, soak }) =>
            SOAK_RESOURCES.flatMap((resource) => {
              const direction = directionOf(
                slopeAfterAll(first.soak.result, resource),
                slopeAfterAll(soak.result, resource),
              );
              return direction === null ? [] : [{ name, resource, direction }];
            }),
          ),
  };
};

const directionOf = (
  base: Slope | null,
  other: Slope | null,
): SoakDifference['direction'] | null => {
  if (base === null || other === null) return null;
  if (base.low === null || base.high === null || other.low === null || other.high === null)
    return null;
  if (other.high < base.low) return 'less';
  return other.low > base.high ? 'more' : null;
};

const renderText = (
  { soaks, planned, differences }: SoakComparison,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const [first] = soaks;
  const heads = soaks.map(({ name, soak }) =>
    [`${verdictText(soak, style)}  ${name}`, ...soakReasonLines(soak)].join('\n'),
  );
  const missing =
    soaks.length < planned
      ? [`${soaks.length} of ${planned} servers were soaked.`]
      : differences.length === 0
        ? [`No server keeps more or less than ${first?.name ?? 'the first'}, for certain.`]
        : differences.map(
            ({ name, resource, direction }) =>
              `${name} keeps ${howMuch(resource, direction)} ${NAMES[resource]} than ${first?.name ?? 'the first'}.`,
          );
  return `${[
    `${first?.soak.scenario ?? ''}, one server after the other`,
    ...heads,
    [style.title('REMAINS PER 1,000 JOINS'), ...renderHeadedTable(tableOf(soaks), style)].join(
      '\n',
    ),
    missing.flatMap((sentence) => wrap('  ', sentence)).join('\n'),
  ]
    .map(printable)
    .join('\n\n')}\n`;
};

const howMuch = (resource: SoakResource, direction: SoakDifference['direction']): string =>
  direction === 'less' && resource !== 'memoryBytes' ? 'fewer' : direction;

const tableOf = (soaks: SoakComparison['soaks']): TableData => ({
  head: ['', ...SOAK_RESOURCES.map((resource) => NAMES[resource]), 'joins'],
  rows: soaks.map(({ name, soak }) => [
    name,
    ...SOAK_RESOURCES.map((resource) => {
      const slope = slopeAfterAll(soak.result, resource);
      if (slope === null || slope.increments === 0) return '–';
      const between = slope.low === null ? '' : ` (${intervalText(resource, slope)})`;
      return `${amount(resource, slope.perThousand)}${between}`;
    }),
    formatNumber(soak.result.cycles.reduce((sum, { joins }) => sum + joins, 0)),
  ]),
  left: [0],
});

/** Every reporter of a comparison by its name: the names are those of a single soak. */
export const SOAK_COMPARISON_REPORTERS = {
  text: { about: 'for a terminal', fileName: 'soaks.txt', render: renderText },
  json: {
    about: 'one object, for machines',
    fileName: 'soaks.json',
    render: (comparison) => `${JSON.stringify(finiteDeep(comparison), null, 2)}\n`,
  },
} as const satisfies Record<
  string,
  {
    about: string;
    fileName: string;
    render(comparison: SoakComparison, options?: ReportOptions): string;
  }
>;
