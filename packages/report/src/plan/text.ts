import type { Level } from '@livekit-swarm/scenario';
import { formatDuration, formatNumber, plural } from '@livekit-swarm/settings';
import { runPriceText } from '../cost/run-price-text.ts';
import { describeScenario } from '../describe-scenario.ts';
import { formatBits } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import { loadChart, sparkline } from '../sparkline.ts';
import { renderTable, type Style, styleFor, wrap } from '../text-layout.ts';
import { hostMessages } from './host-messages.ts';
import {
  curveOf,
  type PlannedPart,
  type PlanView,
  plannedParts,
  roomsOf,
  turnsOf,
} from './plan-view.ts';

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
    [inAll(view)],
    chart(view, style),
    table(plannedParts(view), style),
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

const inAll = ({ plan }: PlanView): string => {
  const opened = `${plural(plan.participants.length, 'participant')} in ${plural(roomsOf(plan), 'room')}`;
  const dropped =
    plan.droppedRooms === 0
      ? ''
      : `; ${plural(plan.droppedRooms, 'room')} not opened, as too many were open (maxRooms)`;
  return `In all ${opened}, in ${formatDuration(plan.endAtMs)}${dropped}.`;
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

const clock = (ms: number): string => (ms === 0 ? '0s' : formatDuration(ms));

const table = (parts: readonly PlannedPart[], style: Style): string[] => {
  const head = [
    'at most',
    'when',
    'rooms',
    'participants',
    'tracks ↑',
    '↓',
    'packets/s ↑',
    '↓',
    'Mbit/s ↑',
    '↓',
  ].map(style.dim);
  const rows = parts.map(({ name, fromMs, toMs, most }) => [
    name,
    `${clock(fromMs)} – ${clock(toMs)}`,
    ...[
      most.rooms,
      most.participants,
      most.tracksUp,
      most.tracksDown,
      Math.round(most.packetsUp),
      Math.round(most.packetsDown),
    ].map(formatNumber),
    ...[most.bitsUp, most.bitsDown].map((bits) => formatNumber(bits / 1e6)),
  ]);
  return renderTable([head, ...rows], [0, 1]);
};

const cloudPrice = ({ cloudPrice: price }: PlanView): string[][] =>
  price === null ? [] : [wrap('On LiveKit Cloud: ', `${runPriceText(price)}.`)];

/** Turns of the first room that are shown. */
const SHOWN_TURNS = 8;

/** Turns of the first room, where participants take turns. */
const conversation = ({ plan }: PlanView, style: Style): string[][] => {
  const turns = turnsOf(plan);
  const [first] = turns;
  if (first === undefined) return [];
  const here = turns.filter(({ room }) => room === first.room);
  const rooms = new Set(turns.map(({ room }) => room)).size;
  const meanMs = turns.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / turns.length;
  const rows = here
    .slice(0, SHOWN_TURNS)
    .map(({ identity, fromMs, toMs }) => [identity, `${seconds(fromMs)} – ${seconds(toMs)}`]);
  const more = here.length - rows.length;
  return [
    [
      `${plural(turns.length, 'turn')} in ${plural(rooms, 'room')}, ${seconds(meanMs)} each on average; the first of ${first.room}:`,
      ...renderTable([['identity', 'speaks'].map(style.dim), ...rows], [0, 1]),
      ...(more > 0 ? [style.dim(`${plural(more, 'more turn')}: --json`)] : []),
    ],
  ];
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)}s`;
