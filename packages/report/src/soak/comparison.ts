import {
  type Slope,
  SOAK_RESOURCES,
  type SoakResource,
  slopeAfterAll,
} from '@livekit-swarm/analysis/soak';
import { EXIT_CODES, type ExitCode, formatNumber } from '@livekit-swarm/settings';
import type { ReportOptions } from '../reporter.ts';
import { printable, renderHeadedTable, styleFor, type TableData, wrap } from '../text-layout.ts';
import type { SoakReport } from './soak-report.ts';
import { amount, intervalText, NAMES, soakReasonLines, verdictText } from './text.ts';

/** Several servers that were soaked with the same load. */
export interface SoakComparison {
  schema: 'livekit-swarm/soaks/1';
  /** Exit code of the last server, which is compared with those before it. */
  exitCode: ExitCode;
  /** Number of servers that were to be soaked. */
  planned: number;
  soaks: readonly { name: string; soak: SoakReport }[];
  differences: SoakDifference[];
}

/**
 * A server keeps more or less than the first one, for certain: the intervals of both do not
 * overlap.
 */
export interface SoakDifference {
  name: string;
  resource: SoakResource;
  direction: 'more' | 'less';
}

/** @param planned number of servers; fewer soaks mean an error or Ctrl-C */
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

/** Text of several soaks, for a terminal. */
export const renderSoakComparisonText = (
  comparison: SoakComparison,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { soaks } = comparison;
  const [first] = soaks;
  const heads = soaks.map(({ name, soak }) =>
    [`${verdictText(soak, style)}  ${name}`, ...soakReasonLines(soak)].join('\n'),
  );
  return `${[
    `${first?.soak.scenario ?? ''}, one server after the other`,
    ...heads,
    [style.title('REMAINS PER 1,000 JOINS'), ...renderHeadedTable(soaksTable(soaks), style)].join(
      '\n',
    ),
    soakDifferences(comparison)
      .flatMap((sentence) => wrap('  ', sentence))
      .join('\n'),
  ]
    .map(printable)
    .join('\n\n')}\n`;
};

/** Sentences about servers that differ from the first one, or that none does. */
export const soakDifferences = ({ soaks, planned, differences }: SoakComparison): string[] => {
  const first = soaks[0]?.name ?? 'the first';
  if (soaks.length < planned) return [`${soaks.length} of ${planned} servers were soaked.`];
  return differences.length === 0
    ? [`No server keeps more or less than ${first}, for certain.`]
    : differences.map(
        ({ name, resource, direction }) =>
          `${name} keeps ${howMuch(resource, direction)} ${NAMES[resource]} than ${first}.`,
      );
};

const howMuch = (resource: SoakResource, direction: SoakDifference['direction']): string =>
  direction === 'less' && resource !== 'memoryBytes' ? 'fewer' : direction;

/** A row for each server: what remains per 1,000 joins. */
export const soaksTable = (soaks: SoakComparison['soaks']): TableData => ({
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
