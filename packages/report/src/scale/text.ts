import type { Rehearsal, ScaleResult } from '@livekit-swarm/chaos/scale';
import type { ReportOptions } from '../reporter.ts';
import {
  MARKS,
  paintOf,
  printable,
  renderTitledTable,
  type Style,
  styleFor,
  wrap,
} from '../text-layout.ts';
import {
  autoscalerTable,
  compareTable,
  exitCodeOfScale,
  figureTexts,
  joinTable,
  mainOf,
  modeText,
  objectiveTable,
  reasonText,
  removedTable,
  ruleText,
  scaleHeadline,
  stepNote,
  stepTable,
  TONES,
} from './phrases.ts';

/** Text of a rehearsal, for a terminal. */
export const renderScaleText = (
  result: ScaleResult,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { file, rehearsals } = result;
  const main = mainOf(result);
  const tone = TONES[main.answer];
  const sections = [
    [
      `${paintOf(style, tone)(`${MARKS[tone]} ${scaleHeadline(result)}`)} (exit ${exitCodeOfScale(result)})`,
      ...main.reasons.flatMap((reason) => wrap('  · ', reasonText(reason))),
      ...wrap('  ', `${file.scaler}, ${modeText(main, file)}. ${ruleText(file, main)}`).map(
        style.dim,
      ),
    ],
    ...(rehearsals.length > 1
      ? [renderTitledTable('SIDE BY SIDE', compareTable(result), style)]
      : []),
    ...rehearsals.flatMap((one) => sectionsOf(one, result, style)),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => printable(lines.join('\n')))
    .join('\n\n')}\n`;
};

const sectionsOf = (
  one: Rehearsal,
  { file, rehearsals }: ScaleResult,
  style: Style,
): string[][] => [
  [
    ...(rehearsals.length > 1 ? [style.title(modeText(one, file).toUpperCase())] : []),
    ...figureTexts(one).flatMap((text) => wrap('  ', text)),
  ],
  withNote(renderTitledTable('DECISIONS', stepTable(one), style), style),
  renderTitledTable('AUTOSCALER', autoscalerTable(one), style),
  renderTitledTable('NODES THAT ENDED', removedTable(one), style),
  renderTitledTable('JOINS AND CHANGES OF NODES', joinTable(one), style),
  renderTitledTable('OBJECTIVES', objectiveTable(one), style),
];

const withNote = (lines: string[], style: Style): string[] =>
  lines.length === 0 ? lines : [...lines, ...wrap('  ', stepNote).map(style.dim)];
