import { plural } from '@livekit-swarm/settings';
import type { ReportOptions } from '../reporter.ts';
import { sparkline } from '../sparkline.ts';
import { renderHeadedTable, type Style, styleFor } from '../text-layout.ts';
import { assumptionTexts, sourceTexts } from './assumption-text.ts';
import type { CostView } from './cost-view.ts';
import { breakEvenText, NO_PLAN, usageText } from './phrases.ts';
import { cloudTable, hlsTable, SCORES_TEXT, savingTable, selfHostedTable } from './tables.ts';

/** The text output of `swarm cost`. */
export const renderCostText = (view: CostView, { color = false }: ReportOptions = {}): string => {
  const style = styleFor(color);
  const { cloud, selfHosted, nodes } = view.estimate;
  const breakEven = breakEvenText(view);
  const hls = hlsTable(view);
  const savings = renderHeadedTable(savingTable(view), style);
  const sections = [
    [usageText(view)],
    cloud.length === 0 ? [NO_PLAN] : renderHeadedTable(cloudTable(view), style),
    selfHosted.length === 0
      ? []
      : [...renderHeadedTable(selfHostedTable(view), style), ...nodesOverTime(nodes, style)],
    breakEven === null ? [] : [breakEven],
    hls.rows.length === 0 ? [] : renderHeadedTable(hls, style),
    savings.length === 0 ? [] : [...savings, style.dim(`  ${SCORES_TEXT}`)],
    ['Assumptions:', ...assumptionTexts(view).map((text) => `  ${text}`)],
    ['Prices (USD a month, without taxes):', ...sourceTexts(view).map((text) => `  ${text}`)],
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};

const DAY = 24;

/** Nodes over a week, a line for each day; nothing for a load that does not change. */
const nodesOverTime = (
  nodes: readonly { label: string; nodes: number }[],
  style: Style,
): string[] => {
  if (nodes.length < 2) return [];
  const most = Math.max(...nodes.map((hour) => hour.nodes));
  const days = Array.from({ length: Math.ceil(nodes.length / DAY) }, (_, day) =>
    nodes.slice(day * DAY, (day + 1) * DAY),
  );
  const isWeek = nodes.length === 7 * DAY;
  return [
    '',
    `Nodes by the hour${isWeek ? '' : ' of the run'}, ${plural(most, 'node')} at most:`,
    ...days.map((hours, day) => {
      const [first] = hours;
      const label = isWeek ? (first?.label.slice(0, 3) ?? '') : String(day + 1);
      // The highest column is that of the busiest hour of all days.
      const bars = sparkline([...hours.map((hour) => hour.nodes), most]).slice(0, hours.length);
      return `  ${label.padEnd(4)}${style.dim('│')}${bars.padEnd(hours.length)}${style.dim('│')}`;
    }),
  ];
};
