import type { RollResult } from '@livekit-swarm/chaos/roll';
import { capital } from '@livekit-swarm/settings';
import { describeServer, VERDICT_TONES } from '../drill/phrases.ts';
import { exitCodeOfDrill } from '../drill/render-json.ts';
import { objectiveTable } from '../drill/table-data.ts';
import type { ReportOptions } from '../reporter.ts';
import { MARKS, paintOf, printable, renderTitledTable, styleFor, wrap } from '../text-layout.ts';
import {
  backendTable,
  drainTable,
  lengthsText,
  nodeTable,
  rollFigures,
  rollHeadline,
  rollReasons,
  rollText,
  roomTable,
} from './phrases.ts';

/** Text of a roll, for a terminal. */
export const renderRollText = (
  result: RollResult,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { drill } = result;
  const { verdict } = drill;
  const mark = MARKS[VERDICT_TONES[verdict]];
  const exit = exitCodeOfDrill(drill, false);
  const sections = [
    [
      `${paintOf(style, verdict)(`${mark} ${verdict.toUpperCase()} (exit ${exit})`)}  ${rollHeadline(result)}`,
      ...rollReasons(result).flatMap((reason) => wrap('  · ', reason)),
      ...wrap('  ', `${capital(describeServer(drill))}. ${rollText(result)}`).map(style.dim),
    ],
    rollFigures(result).flatMap((figure) => wrap('  ', figure)),
    renderTitledTable('NODES', nodeTable(result), style),
    renderTitledTable('ROOMS', roomTable(result), style),
    [
      ...renderTitledTable('LENGTH OF THE DRAIN', drainTable(result), style),
      ...wrap('  ', lengthsText(result)).map(style.dim),
    ],
    renderTitledTable('LOAD BALANCER', backendTable(result), style),
    ...drill.repeats.map((repeat) =>
      renderTitledTable('OBJECTIVES', objectiveTable(repeat), style),
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => printable(lines.join('\n')))
    .join('\n\n')}\n`;
};
