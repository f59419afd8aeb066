import { renderThresholds } from '../phrases/threshold-table.ts';
import type { ReportOptions } from '../reporter.ts';
import { paintOf, printable, renderHeadedTable, styleFor, wrap } from '../text-layout.ts';
import { findingTexts, loadText, noteTexts, outcomeTable, timeTable } from './phrases.ts';
import type { SipResult } from './sip-result.ts';

/** Verdict, thresholds, outcomes, times and calls with problems. */
export const renderSip = (result: SipResult, { color = false }: ReportOptions = {}): string => {
  const style = styleFor(color);
  const { judgement, address } = result;
  const findings = findingTexts(result);
  return printable(
    `${[
      style.title(`SIP calls to ${address}`),
      ...wrap('', loadText(result)),
      '',
      ...renderThresholds(judgement.thresholds, style),
      '',
      ...renderHeadedTable(outcomeTable(result), style),
      '',
      ...renderHeadedTable(timeTable(result), style),
      '',
      ...(findings.length === 0
        ? ['No findings.']
        : ['Findings:', ...findings.flatMap((text) => wrap('  - ', text))]),
      ...noteTexts(result).flatMap((note) => wrap('', note)),
      '',
      paintOf(style, judgement.verdict)(`Verdict: ${judgement.verdict}`),
    ].join('\n')}\n`,
  );
};
