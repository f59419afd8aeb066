import type { DrillResult, RepeatResult } from '@livekit-swarm/chaos';
import { outcomeOf } from '@livekit-swarm/chaos';
import { plural } from '@livekit-swarm/settings';
import type { ReportOptions } from '../reporter.ts';
import {
  paintOf,
  printable,
  renderHeadedTable,
  type Style,
  styleFor,
  wrap,
} from '../text-layout.ts';
import {
  describeKnownFailures,
  describeOutcome,
  describeReason,
  describeServer,
  VERDICT_MARKS,
  verdictLabel,
} from './phrases.ts';
import { exitCodeOfDrill } from './render-json.ts';
import {
  clusterSection,
  continuitySection,
  conversationSection,
  faultsSection,
  joinProbesSection,
  keySection,
  nameSection,
  objectivesSection,
  recordSection,
  recoverySection,
  rolesSection,
  windowSection,
} from './sections.ts';
import { spreadTable } from './table-data.ts';

const SECTIONS = [
  objectivesSection,
  faultsSection,
  recoverySection,
  windowSection,
  rolesSection,
  joinProbesSection,
  continuitySection,
  nameSection,
  keySection,
  conversationSection,
  clusterSection,
  recordSection,
];

/** The result of a drill: at most 100 columns, colours only on request. */
export const renderDrillText = (
  result: DrillResult,
  { color = false, strict = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { drill, verdict, deployment, repeats } = result;
  const paint = paintOf(style, verdict);
  const known = describeKnownFailures(result);
  const several = repeats.length > 1;
  const server = describeServer(result);
  const [headline = '', ...more] = wrap(
    `${VERDICT_MARKS[verdict]} ${verdictLabel(result).toUpperCase()} (exit ${exitCodeOfDrill(result, strict)})  `,
    `${server}: ${drill.name}`,
  );
  const title = [
    paint(headline),
    ...more,
    ...(server.startsWith(deployment) ? [] : [style.dim(`  ${deployment}`)]),
    ...(known === null ? [] : wrap('  → ', known)),
  ];
  const ofRepeats = repeats.map((repeat) => renderRepeat(repeat, style, result, several));
  const parts = [title.join('\n'), ...ofRepeats, ...(several ? [renderSpread(result, style)] : [])];
  return printable(`${parts.join('\n\n')}\n`);
};

/** Most reasons in the text; the first is the most important. */
const MAX_REASONS = 10;

const renderRepeat = (
  repeat: RepeatResult,
  style: Style,
  result: DrillResult,
  several: boolean,
): string => {
  const { number, verdict, reasons } = repeat;
  const head = several
    ? [
        paintOf(
          style,
          verdict,
        )(
          `${VERDICT_MARKS[verdict]} repeat ${number}${number > result.drill.repeats ? ', extra attempt' : ` of ${result.drill.repeats}`}: ${describeOutcome(outcomeOf(repeat))}`,
        ),
      ]
    : [];
  const why = [
    ...reasons.slice(0, MAX_REASONS).flatMap((reason) => wrap('  · ', describeReason(reason))),
    ...(reasons.length > MAX_REASONS
      ? [`  … and ${plural(reasons.length - MAX_REASONS, 'reason')} more`]
      : []),
  ];
  const sections = SECTIONS.map((section) => section(repeat, style, result)).filter(
    (lines) => lines.length > 0,
  );
  return [[...head, ...why], ...sections]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
};

const renderSpread = (result: DrillResult, style: Style): string =>
  [
    ...renderHeadedTable(spreadTable(result), style),
    ...result.outcomes.flatMap((one) => wrap(`  ${one.count} × `, describeOutcome(one))),
  ].join('\n');
