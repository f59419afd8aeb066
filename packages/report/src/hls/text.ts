import { renderThresholds } from '../phrases/threshold-table.ts';
import type { ReportOptions } from '../reporter.ts';
import { paintOf, printable, renderHeadedTable, styleFor, wrap } from '../text-layout.ts';
import type { HlsResult } from './hls-result.ts';
import { findingText, loadText, noteTexts, streamText, timeTable } from './phrases.ts';

/** Verdict, thresholds, figures and findings. */
export const renderHls = (result: HlsResult, { color = false }: ReportOptions = {}): string => {
  const style = styleFor(color);
  const { judgement, audience, url } = result;
  const findings = audience.findings.flatMap((finding) =>
    wrap('  - ', findingText(finding, audience.startedAtMs)),
  );
  return printable(
    `${[
      style.title(`HLS audience of ${url}`),
      streamText(result),
      loadText(result),
      '',
      ...renderThresholds(judgement.thresholds, style),
      '',
      ...renderHeadedTable(timeTable(result), style),
      '',
      ...(findings.length === 0 ? ['No findings.'] : ['Findings:', ...findings]),
      ...noteTexts(result).flatMap((note) => wrap('', note)),
      '',
      paintOf(style, judgement.verdict)(`Verdict: ${judgement.verdict}`),
    ].join('\n')}\n`,
  );
};
