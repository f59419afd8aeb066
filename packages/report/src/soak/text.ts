import type { Verdict } from '@livekit-swarm/analysis';
import type {
  CycleDeparture,
  ResourceFinding,
  Slope,
  SoakReason,
  SoakResource,
} from '@livekit-swarm/analysis/soak';
import { EXIT_CODES, formatDuration, formatNumber, plural } from '@livekit-swarm/settings';
import { formatBytes, formatShare } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import {
  MARKS,
  paintOf,
  printable,
  renderTitledTable,
  type Style,
  styleFor,
  type TableData,
  wrap,
} from '../text-layout.ts';
import type { SoakReport } from './soak-report.ts';

export const NAMES: Record<SoakResource, string> = {
  goroutines: 'goroutines',
  descriptors: 'file descriptors',
  memoryBytes: 'memory',
};

export const FINDINGS: Record<ResourceFinding['finding'], string> = {
  leaks: 'leaks',
  clean: 'clean',
  uncertain: 'uncertain',
  not_measured: 'not measured',
};

/** Text of a soak, for a terminal. */
export const renderSoakText = (
  report: SoakReport,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { resources, generator } = report.result;
  const sections = [
    [
      `${verdictText(report, style)}  ${report.scenario} on ${report.server}`,
      ...soakReasonLines(report),
      ...wrap('  ', extentText(report)).map(style.dim),
    ],
    renderTitledTable('REMAINS PER 1,000 JOINS', resourceTable(resources), style),
    renderTitledTable('BY WAY OF LEAVING', departureTable(resources), style),
    renderTitledTable('SERVER AT REST', readingTable(report), style),
    wrap(
      '  ',
      `Load generator: ${slopeText('memoryBytes', generator)} of its main process per 1,000 joins.`,
    ).map(style.dim),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => printable(lines.join('\n')))
    .join('\n\n')}\n`;
};

/**
 * Verdict of a soak, and its name. Without a single participant the deployment is unreachable.
 */
export const soakVerdict = ({
  result,
  exitCode,
}: Pick<SoakReport, 'result' | 'exitCode'>): { verdict: Verdict; name: string } =>
  exitCode === EXIT_CODES.unreachable.code
    ? { verdict: 'failed', name: 'unreachable' }
    : { verdict: result.verdict, name: result.verdict };

/** The verdict of a soak, in its colour. */
export const verdictText = (report: SoakReport, style: Style): string => {
  const { verdict, name } = soakVerdict(report);
  return paintOf(
    style,
    verdict,
  )(`${MARKS[verdict]} ${name.toUpperCase()} (exit ${report.exitCode})`);
};

/** Reasons of the verdict of a soak. What ended it early explains why there are too few cycles. */
export const soakReasons = ({ result: { reasons }, error }: SoakReport): string[] => [
  ...reasons.filter(({ code }) => error === null || code !== 'too_few_cycles').map(soakReasonText),
  ...(error === null ? [] : [`The soak ended early: ${error.message}`]),
];

export const soakReasonLines = (report: SoakReport): string[] => [
  ...soakReasons(report).flatMap((reason) => wrap('  · ', reason)),
  ...(report.error === null || report.error.hint === null ? [] : wrap('    → ', report.error.hint)),
];

/** A reason in one sentence. */
export const soakReasonText = (reason: SoakReason): string => {
  switch (reason.code) {
    case 'leak':
      return `${amount(reason.resource, reason.slope.perThousand)} ${reason.resource === 'memoryBytes' ? 'of memory' : NAMES[reason.resource]} remain per 1,000 joins${reason.departure === null ? '' : ` ${whoText(reason.departure)}`} (${intervalText(reason.resource, reason.slope)}).`;
    case 'no_leak':
      return 'Nothing grows with the number of joins by more than is tolerated.';
    case 'uncertain':
      return `What remains of ${NAMES[reason.resource]} is not certain yet: a longer soak, or more joins in each cycle, make it so.`;
    case 'not_measured':
      return `No source has the ${NAMES[reason.resource]} of every node.`;
    case 'server_restarted':
      return `${reason.node} was restarted during the soak: its figures began again.`;
    case 'never_at_rest':
      return `The server was not at rest after ${plural(reason.cycles, 'cycle')}: others use it, or it needs more time (--settle).`;
    case 'too_few_cycles':
      return `${plural(reason.cycles, 'cycle')} took place; a result needs ${reason.least}: give it more time (--for), or make the load shorter.`;
    case 'joins_failed':
      return `${formatShare(reason.share)} of the joins failed: that is another load than the one that was meant.`;
  }
};

const WHO: Record<CycleDeparture, string> = {
  leave: 'of participants that send LEAVE',
  close: 'of participants that close without LEAVE',
  disappear: 'of participants that disappear during a call',
  'before-response': 'of participants that are gone before the server answers',
  'before-offer': 'of participants that disappear before the offer',
  'before-ice': 'of participants that disappear before ICE',
  scenario: 'of the scenario',
};

const whoText = (departure: CycleDeparture): string => WHO[departure];

export const extentText = ({ result, elapsedMs }: SoakReport): string => {
  const { cycles, warmUpCycles } = result;
  const joins = cycles.reduce((sum, cycle) => sum + cycle.joins, 0);
  const extent = `${plural(cycles.length, 'cycle')}, ${plural(joins, 'join')}, ${formatDuration(Math.round(elapsedMs / 1_000) * 1_000)}`;
  return cycles.length === 0
    ? `${extent}.`
    : `${extent}; the first ${plural(Math.min(warmUpCycles, cycles.length), 'cycle')} did not count.`;
};

export const resourceTable = (resources: readonly ResourceFinding[]): TableData => ({
  head: ['', 'estimate', 'between', 'tolerated', ''],
  rows: resources.map(({ resource, overall, tolerance, finding }) => [
    NAMES[resource],
    finding === 'not_measured' ? '–' : amount(resource, overall.perThousand),
    finding === 'not_measured' ? '–' : intervalText(resource, overall),
    amount(resource, tolerance),
    FINDINGS[finding],
  ]),
  left: [0, 4],
});

export const departureTable = (resources: readonly ResourceFinding[]): TableData => {
  const measured = resources.filter(({ finding }) => finding !== 'not_measured');
  const [first] = measured;
  return {
    head: ['', ...measured.map(({ resource }) => NAMES[resource]), ''],
    rows: (first?.byDeparture ?? []).map(({ departure }, index) => [
      departure,
      ...measured.map(({ resource, byDeparture }) => {
        const slope = byDeparture[index]?.slope;
        return slope === undefined || slope.increments === 0
          ? '–'
          : amount(resource, slope.perThousand);
      }),
      measured.some(({ byDeparture }) => byDeparture[index]?.finding === 'leaks') ? 'leaks' : '',
    ]),
    left: [0, measured.length + 1],
  };
};

const SHOWN = 12;

/** Readings at rest after the first and the last cycles. */
export const readingTable = ({ result: { cycles } }: SoakReport): TableData => {
  const shown =
    cycles.length <= SHOWN ? cycles : [...cycles.slice(0, 3), ...cycles.slice(3 - SHOWN)];
  return {
    head: ['cycle', 'departure', 'joins', 'goroutines', 'descriptors', 'memory', 'at rest after'],
    rows: shown.map((cycle) => {
      const { departure, joins, reading } = cycle;
      const total = (resource: SoakResource): number | null =>
        reading.nodes.reduce<number | null>((sum, node) => {
          const value = node[resource];
          return sum === null || value === undefined ? null : sum + value;
        }, 0);
      const [goroutines, descriptors, memory] = [
        total('goroutines'),
        total('descriptors'),
        total('memoryBytes'),
      ];
      return [
        String(cycles.indexOf(cycle) + 1),
        departure,
        formatNumber(joins),
        goroutines === null ? '–' : formatNumber(goroutines),
        descriptors === null ? '–' : formatNumber(descriptors),
        formatBytes(memory),
        reading.isIdle ? `${Math.round(reading.waitedMs / 1_000)} s` : 'never',
      ];
    }),
    left: [1],
  };
};

export const amount = (resource: SoakResource, value: number): string =>
  resource === 'memoryBytes' ? formatBytes(value) : formatNumber(Math.round(value * 10) / 10);

export const intervalText = (resource: SoakResource, { low, high }: Slope): string =>
  low === null || high === null
    ? 'unknown'
    : `${amount(resource, low)} to ${amount(resource, high)}`;

export const slopeText = (resource: SoakResource, slope: Slope): string =>
  slope.low === null
    ? amount(resource, slope.perThousand)
    : `${amount(resource, slope.perThousand)} (${intervalText(resource, slope)})`;
