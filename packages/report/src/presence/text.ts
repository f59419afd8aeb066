import { renderThresholds } from '../phrases/threshold-table.ts';
import type { ReportOptions } from '../reporter.ts';
import { paintOf, printable, renderHeadedTable, styleFor, wrap } from '../text-layout.ts';
import { doubtTexts, eventTable, findingText, headlineText, loadText } from './phrases.ts';
import type { PresenceResult } from './presence-result.ts';

/** Findings on a terminal; all of them are in the JSON. */
const MOST_FINDINGS = 30;

/** Verdict, thresholds, events and findings. */
export const renderPresence = (
  result: PresenceResult,
  { color = false }: ReportOptions = {},
): string => {
  const style = styleFor(color);
  const { deployment, presence, judgement } = result;
  const more = presence.findings.length - MOST_FINDINGS;
  return printable(
    `${[
      style.title(`Presence on ${deployment}`),
      ...wrap('', loadText(result)),
      '',
      ...renderThresholds(judgement.thresholds, style),
      '',
      ...renderHeadedTable(eventTable(result), style),
      '',
      `${headlineText(result)}${presence.findings.length === 0 ? '.' : ':'}`,
      ...presence.findings
        .slice(0, MOST_FINDINGS)
        .flatMap((finding) => wrap('  - ', findingText(finding))),
      ...(more > 0 ? [`  ${more} more are in the JSON.`] : []),
      ...doubtTexts(result).flatMap((doubt) => wrap('', doubt)),
      '',
      paintOf(style, judgement.verdict)(`Verdict: ${judgement.verdict}`),
    ].join('\n')}\n`,
  );
};
