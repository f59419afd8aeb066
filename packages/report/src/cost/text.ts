import { ASSUMED_DELAY_MS, type PlanQuality, type Saving, type Variant } from '@livekit-swarm/cost';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatBytes } from '../format.ts';
import type { ReportOptions } from '../reporter.ts';
import { sparkline } from '../sparkline.ts';
import { renderTable, type Style, styleFor } from '../text-layout.ts';
import { assumptionTexts, sourceTexts } from './assumption-text.ts';
import type { CostView } from './cost-view.ts';
import { formatDollars } from './money.ts';

/** The text output of `swarm cost`. */
export const renderCostText = (view: CostView, { color = false }: ReportOptions = {}): string => {
  const style = styleFor(color);
  const sections = [
    usageLines(view),
    cloudLines(view, style),
    selfHostedLines(view, style),
    breakEvenLines(view),
    savingLines(view, style),
    ['Assumptions:', ...assumptionTexts(view).map((text) => `  ${text}`)],
    ['Prices (USD a month, without taxes):', ...sourceTexts(view).map((text) => `  ${text}`)],
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};

const GB = 1e9;
const gigabytes = (gb: number): string => formatBytes(gb * GB);

const usageLines = ({ load, estimate: { usage } }: CostView): string[] => [
  `${load.name}: ${formatNumber(Math.round(usage.participantMinutes))} participant-minutes a month, ${gigabytes(usage.gbDown)} to participants, ${gigabytes(usage.gbUp)} from them`,
];

const cloudLines = ({ estimate: { cloud } }: CostView, style: Style): string[] =>
  cloud.length === 0
    ? ['LiveKit Cloud: no plan of the price book allows this load']
    : renderTable([
        ['LiveKit Cloud', 'base', 'minutes', 'traffic', 'a month'].map(style.dim),
        ...cloud.map(({ plan, base, minutes, traffic, total }) => [
          plan,
          ...[base, minutes, traffic, total].map(formatDollars),
        ]),
      ]);

const selfHostedLines = ({ estimate: { selfHosted, nodes }, rules }: CostView, style: Style) => {
  const extra = [
    { head: 'TURN', of: 'turn', shown: rules.turn !== null },
    { head: 'storage', of: 'storage', shown: selfHosted.some(({ storage }) => storage > 0) },
    { head: 'staff', of: 'staff', shown: rules.staff > 0 },
  ] as const;
  const columns = extra.filter(({ shown }) => shown);
  const rows = selfHosted.map((cost) => [
    `${cost.provider}:${cost.machine}`,
    formatNumber(cost.nodes),
    ...[cost.machines, cost.traffic, ...columns.map(({ of }) => cost[of]), cost.total].map(
      formatDollars,
    ),
  ]);
  const head = [
    'Own machines',
    'nodes',
    'machines',
    'traffic',
    ...columns.map((column) => column.head),
    'a month',
  ];
  return [...renderTable([head.map(style.dim), ...rows]), ...nodesOverTime(nodes, style)];
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

const breakEvenLines = ({ estimate: { breakEven, selfHosted } }: CostView): string[] => {
  const [best] = selfHosted;
  if (breakEven === null || best === undefined) return [];
  const name = `${best.provider}:${best.machine}`;
  switch (breakEven.type) {
    case 'always':
      return [`Break-even: ${name} costs less than LiveKit Cloud for any load of this kind.`];
    case 'never':
      return [`Break-even: none; LiveKit Cloud costs less than ${name} for any load of this kind.`];
    case 'from':
      return [
        `Break-even: from ${formatNumber(Math.round(breakEven.participantMinutes))} participant-minutes a month on (${formatDollars(breakEven.cost)}), ${name} costs less than LiveKit Cloud.`,
      ];
  }
};

const VARIANT_TEXTS: Record<Variant, string> = {
  'no-simulcast': 'without simulcast',
  '360p': 'cameras at 360p',
  'audio-only': 'audio only',
};

const savingLines = ({ estimate }: CostView, style: Style): string[] => {
  const { savings, usage, cloud, selfHosted, quality } = estimate;
  if (savings.length === 0 || quality === null) return [];
  const asItIs = {
    gbUp: usage.gbUp,
    gbDown: usage.gbDown,
    cloud: cloud[0]?.total ?? null,
    selfHosted: selfHosted[0]?.total ?? null,
    quality,
  };
  const row = (name: string, saving: Omit<Saving, 'variant'>): string[] => [
    name,
    gigabytes(saving.gbUp),
    gigabytes(saving.gbDown),
    amount(saving.cloud),
    amount(saving.selfHosted),
    ...scores(saving.quality),
  ];
  return [
    ...renderTable([
      ['Send less', '↑', '↓', 'Cloud', 'own', 'audio', 'video'].map(style.dim),
      row('as it is', asItIs),
      ...savings.map((saving) => row(VARIANT_TEXTS[saving.variant], saving)),
    ]),
    style.dim(
      `  audio, video: opinion scores from 1 to 5 (E-model, G.1070) without loss, ${ASSUMED_DELAY_MS} ms from mouth to ear`,
    ),
  ];
};

const amount = (dollars: number | null): string =>
  dollars === null ? '–' : formatDollars(dollars);

const scores = ({ audio, video }: PlanQuality): string[] =>
  [audio, video].map((score) => (score === null ? '–' : score.toFixed(1)));
