import type { ReportOptions } from '../reporter.ts';
import { MARKS, paintOf, printable, styleFor, wrap } from '../text-layout.ts';
import { defectText, egressText, factsText, headlineText, unjudgedText } from './phrases.ts';
import type { RecordingsResult } from './recordings-result.ts';

/** Every recording with its defects, and the verdict. */
export const renderRecordings = (
  result: RecordingsResult,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const lines = result.recordings.flatMap((recording) => {
    const mark =
      recording.defects.length > 0
        ? style.bad(MARKS.failed)
        : recording.unread === null
          ? style.good(MARKS.passed)
          : style.unsure(MARKS.inconclusive);
    const unjudged = unjudgedText(recording);
    const egress = egressText(recording);
    return [
      ...wrap(`${mark} `, `${recording.name}: ${factsText(recording)}`),
      ...(egress === null ? [] : wrap('  ', egress)),
      ...recording.defects.flatMap((defect) => wrap('  - ', defectText(defect)).map(style.bad)),
      ...(unjudged === null ? [] : [style.dim(`  ${unjudged}`)]),
    ];
  });
  const verdict = paintOf(style, result.verdict)(`Verdict: ${result.verdict}`);
  return printable(`${[...lines, '', `${headlineText(result)}.`, verdict].join('\n')}\n`);
};
