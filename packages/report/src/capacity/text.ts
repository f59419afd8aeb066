import type { CapacityResult } from '@livekit-swarm/analysis/capacity';
import type { ReportOptions } from '../reporter.ts';
import { type Paint, printable, renderTitledTable, styleFor, wrap } from '../text-layout.ts';
import {
  causeText,
  conclusionText,
  modelErrorText,
  notes,
  profileSection,
  sizingTitle,
} from './phrases.ts';
import { costTable, modelTable, pointTable, sizingTable } from './tables.ts';

const TITLES: Record<CapacityResult['end'], string> = {
  knee: 'CAPACITY',
  max: 'CAPACITY',
  generator: 'INCONCLUSIVE',
  not_measured: 'INCONCLUSIVE',
  undecided: 'INCONCLUSIVE',
  unreachable: 'UNREACHABLE',
  interrupted: 'INTERRUPTED',
  error: 'ERROR',
};

/** Report for a terminal. */
export const renderCapacityText = (
  result: CapacityResult,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const profile = profileSection(result);
  const { cause, sizing, model, points, exitCode, end } = result;
  const paint: Paint =
    exitCode === 0 ? style.good : end === 'unreachable' ? style.bad : style.unsure;
  const sections = [
    [
      `${paint(`${TITLES[end]} (exit ${exitCode})`)}  ${result.scenario}`,
      ...wrap('  ', conclusionText(result)),
      ...(cause === null ? [] : wrap('  ', causeText(cause))),
      ...notes(result).flatMap((note) => wrap('  · ', note)),
    ],
    renderTitledTable('LOADS', pointTable(result), style),
    profile.table.rows.length === 0
      ? []
      : [
          ...renderTitledTable(profile.title.toUpperCase(), profile.table, style),
          ...wrap('  ', profile.note).map(style.dim),
        ],
    points.some(({ state }) => state.endsWith('carried'))
      ? renderTitledTable('COST OF ONE MORE', costTable(result), style)
      : [],
    renderTitledTable(
      upper(sizingTitle(result)),
      sizing.length === 0 ? null : sizingTable(result),
      style,
    ),
    model === null
      ? []
      : [
          ...renderTitledTable('COST MODEL', modelTable(result), style),
          ...wrap('  ', modelErrorText(result)).map(style.dim),
        ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => printable(lines.join('\n')))
    .join('\n\n')}\n`;
};

/** Title in capitals up to its comma. */
const upper = (title: string): string => title.replace(/^[^,]+/, (words) => words.toUpperCase());
