import type { Level } from '@livekit-swarm/scenario';
import { formatDuration, formatNumber, plural } from '@livekit-swarm/settings';
import { runPriceText } from '../cost/run-price-text.ts';
import { describeScenario } from '../describe-scenario.ts';
import { formatBits } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import { loadChart, sparkline } from '../sparkline.ts';
import { renderHeadedTable, type Style, styleFor, wrap } from '../text-layout.ts';
import { hostMessages } from './host-messages.ts';
import { extentText } from './phrases.ts';
import { curveOf, type PlanView } from './plan-view.ts';
import { partTable, turnSummary } from './tables.ts';

const COLUMNS = 72;
const ROWS = 6;
/** Width of messages without their marks, characters. */
const COLUMNS_OF_TEXT = 98;

/** The text output of `swarm plan`. */
export const renderPlanText = (view: PlanView, { color = false }: ReportOptions = {}): string => {
  const style = styleFor(color);
  const { plan } = view;
  const sections = [
    [
      describeScenario(plan.scenario),
      ...(plan.scenario.description === null ? [] : [style.dim(plan.scenario.description)]),
    ],
    [extentText(view)],
    chart(view, style),
    renderHeadedTable(partTable(view), style),
    ...conversation(view, style),
    ...cloudPrice(view),
    hostMessages(view).flatMap(({ text, mark }) => {
      const shown =
        mark === 'good' ? style.good('✓') : mark === 'bad' ? style.bad('✗') : style.unsure('!');
      const [first = '', ...rest] = wrap('', text, COLUMNS_OF_TEXT);
      return [`${shown} ${first}`, ...rest.map((line) => `  ${line}`)];
    }),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};

/** Participants as a chart; packets and bits below it as lines, each with its own height. */
const chart = (view: PlanView, style: Style): string[] => {
  const curve = curveOf(view, COLUMNS);
  const most = view.load.most(0, view.plan.endAtMs);
  const labels: [string, (level: Level) => number, string][] = [
    ['packets/s ↑', ({ packetsUp }) => packetsUp, perSecond(most.packetsUp)],
    ['packets/s ↓', ({ packetsDown }) => packetsDown, perSecond(most.packetsDown)],
    ['bit/s ↑', ({ bitsUp }) => bitsUp, formatBits(most.bitsUp)],
    ['bit/s ↓', ({ bitsDown }) => bitsDown, formatBits(most.bitsDown)],
  ];
  const width = 13;
  const rows = loadChart(
    curve.map((part) => part.most.participants),
    ROWS,
  );
  const side = (row: number): string => (row === 0 ? 'participants' : '');
  const end = formatDuration(view.plan.endAtMs);
  return [
    ...rows.map((line, row) =>
      `${side(row).padEnd(width)}${style.dim('│')}${line.padEnd(COLUMNS)}${row === 0 ? `  ${formatNumber(most.participants)}` : ''}`.trimEnd(),
    ),
    ...labels.map(
      ([label, figure, top]) =>
        `${label.padEnd(width)}${style.dim('│')}${sparkline(curve.map((part) => figure(part.most))).padEnd(COLUMNS)}  ${top}`,
    ),
    `${' '.repeat(width)}${style.dim('└')}0s${end.padStart(COLUMNS - 2)}`,
  ];
};

const perSecond = (packets: number): string => `${formatNumber(Math.round(packets))}/s`;

const conversation = (view: PlanView, style: Style): string[][] => {
  const turns = turnSummary(view);
  if (turns === null) return [];
  const { title, table, more } = turns;
  return [
    [
      `${title}:`,
      ...renderHeadedTable(table, style),
      ...(more > 0 ? [style.dim(`${plural(more, 'more turn')}: --json`)] : []),
    ],
  ];
};

const cloudPrice = ({ cloudPrice: price }: PlanView): string[][] =>
  price === null ? [] : [wrap('On LiveKit Cloud: ', `${runPriceText(price)}.`)];
