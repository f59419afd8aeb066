/** Every text about a forecast of nodes. */
import { type NodeForecast, type ScheduledChange, TOLERANCE } from '@livekit-swarm/chaos/scale';
import { formatDuration, formatNumber, plural } from '@livekit-swarm/settings';
import { formatDollars } from '../cost/money.ts';
import type { TableData } from '../text-layout.ts';
import { timetableTime } from './clock-text.ts';
import type { ForecastView } from './forecast-view.ts';
import { scalerSettings } from './scaler-settings.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const NO_WINDOW = 0;

const figure = (value: number): string => formatNumber(Math.round(value * 100) / 100);

const loadText = ({ curve }: NodeForecast, load: number): string =>
  `${formatNumber(Math.ceil(load))} ${curve.unit}`;

/** `4 nodes for 1,200 participants at 10:00`. */
export const forecastHeadline = ({ forecast }: ForecastView): string => {
  const { peak, curve } = forecast;
  return `${plural(peak.nodes, 'node')} for ${loadText(forecast, peak.load)} at ${timetableTime(peak.at, curve.clock, 'near')}`;
};

/** Capacity of a node, and the load for which nodes are counted. */
export const targetText = ({ forecast, carries }: ForecastView): string => {
  const { curve, rules, target } = forecast;
  const source =
    carries.type === 'stated'
      ? 'as stated by --carries'
      : `as measured with ${carries.scenario}${carries.scaledTo === null ? '' : `, and in proportion to the vCPUs: ${plural(carries.cores ?? 0, 'core')} were measured, and the machine has ${carries.scaledTo}`}`;
  return `A node carries ${figure(rules.carries)} ${curve.unit}, ${source}; with headroom of ${figure(rules.headroom)} it is planned for ${figure(target)}.`;
};

/** Answer whether a scaler without the timetable keeps up. */
export const reactiveText = ({ forecast }: ForecastView): string => {
  const { reactive, rules, target, safeTarget, curve, peak } = forecast;
  if (reactive.shortMs === 0)
    return `A reactive scaler with a target of ${figure(target)} keeps up: ordered nodes serve before those that there are carry no more.`;
  const most = Math.max(...reactive.shortages.map(({ load }) => load));
  const lower =
    safeTarget === null
      ? `Lower targets take more node-hours than ${plural(peak.nodes, 'node')} all the time, or are late, too: order nodes by the timetable.`
      : `With a target of ${figure(safeTarget)} it keeps up, and its nodes run for ${hours(forecast.safeMs ?? 0)}.`;
  return `A reactive scaler with a target of ${figure(target)} is short for ${formatDuration(reactive.shortMs)}: up to ${formatNumber(Math.ceil(most))} ${curve.unit} more than the nodes carry, as a node boots in ${formatDuration(rules.boot)}. ${lower}`;
};

const hours = (ms: number): string => `${figure(ms / HOUR_MS)} node-hours`;

/** Changes of one minute in one: an order some seconds early is in time. */
const byMinute = (changes: readonly ScheduledChange[]): ScheduledChange[] => {
  const found: ScheduledChange[] = [];
  for (const change of changes) {
    const last = found.at(-1);
    const isSame =
      last !== undefined &&
      Math.floor(last.at / MINUTE_MS) === Math.floor(change.at / MINUTE_MS) &&
      last.nodes > 0 === change.nodes > 0;
    if (!isSame) found.push({ ...change });
    else {
      last.nodes += change.nodes;
      last.running = change.running;
    }
  }
  return found;
};

/** Orders and removals, by the minute. */
export const changeTable = ({ forecast: { changes, curve } }: ForecastView): TableData => ({
  head: ['at', 'nodes', 'then', 'needed at'],
  rows: byMinute(changes).map(({ at, nodes, running, neededAt }) => [
    timetableTime(at, curve.clock, 'down'),
    `${nodes > 0 ? '+' : '−'}${formatNumber(Math.abs(nodes))}`,
    formatNumber(running),
    neededAt === null ? '' : timetableTime(neededAt, curve.clock, 'down'),
  ]),
  left: [0, 3],
});

export const shortageTable = ({ forecast: { reactive, curve } }: ForecastView): TableData => ({
  head: ['short from', 'for', `${curve.unit} above what nodes carry`, 'nodes missing'],
  rows: reactive.shortages.map(({ fromAt, toAt, load, nodes }) => [
    timetableTime(fromAt, curve.clock, 'down'),
    formatDuration(toAt - fromAt),
    formatNumber(Math.ceil(load)),
    formatNumber(nodes),
  ]),
  left: [0],
});

/** Node-hours by way of ordering, and their price. */
export const hoursTable = ({ forecast, price }: ForecastView): TableData => {
  const { scheduledMs, fixedMs, reactive, safeTarget, safeMs, peak, target } = forecast;
  const row = (name: string, ms: number, short: string): string[] => [
    name,
    figure(ms / HOUR_MS),
    ...(price === null ? [] : [formatDollars((ms / HOUR_MS) * price.cost)]),
    short,
  ];
  return {
    head: ['nodes', 'node-hours', ...(price === null ? [] : [price.machine]), 'short'],
    rows: [
      row('ordered by the timetable', scheduledMs, '–'),
      row(
        `reactive, target ${figure(target)}`,
        reactive.nodeMs,
        reactive.shortMs === 0 ? '–' : formatDuration(reactive.shortMs),
      ),
      ...(safeTarget === null || safeMs === null || reactive.shortMs === 0
        ? []
        : [row(`reactive, target ${figure(safeTarget)}`, safeMs, '–')]),
      row(`${formatNumber(peak.nodes)} all the time`, fixedMs, '–'),
    ],
    left: [0],
  };
};

/** Settings of an HPA or of KEDA, each with its reason. */
export const recipeTable = ({ forecast }: ForecastView): TableData => {
  const { curve, rules, safeTarget, reactive } = forecast;
  const { carries, headroom, boot } = rules;
  const { target, min, max, every, coolDown } = scalerSettings(forecast);
  const isLower = safeTarget !== null && reactive.shortMs > 0;
  const share = `${figure(carries)} / ${figure(headroom)}`;
  const because = isLower
    ? 'the largest target that was tried with which it is never short'
    : `${share}, and with it, it is never short`;
  return {
    head: ['HPA, KEDA', 'value', 'because'],
    rows: [
      ['metric', `${curve.unit} of all nodes`, 'what a node carries is measured in them'],
      [
        'averageValue, threshold',
        figure(target),
        safeTarget === null ? `${share}; alone it is late: also order by the timetable` : because,
      ],
      ['minReplicas', formatNumber(min), 'as stated by --min-nodes'],
      [
        'maxReplicas',
        formatNumber(max),
        `the peak needs ${formatNumber(max - 1)} at this target, and one may be down`,
      ],
      [
        'scaleUp.stabilizationWindowSeconds',
        String(NO_WINDOW),
        `a node boots for ${formatDuration(boot)} already`,
      ],
      ['scaleDown.stabilizationWindowSeconds', String(coolDown), 'as stated by --cool-down'],
      ['pollingInterval', String(every), 'as stated by --every'],
    ],
    left: [0, 1, 2],
  };
};

/** Assumptions of the forecast, a sentence each. */
export const assumptionTexts = ({ forecast, price }: ForecastView): string[] => {
  const { rules, curve } = forecast;
  return [
    curve.repeats
      ? 'The week repeats. At the beginning of an hour, all of its participants are there.'
      : 'Between two lines of the timetable, the load changes evenly. Before the first one it was the same, and after the last one it stays.',
    'New rooms go to the nodes with room for them. LiveKit never moves a room: where calls are longer than the load takes to grow, full nodes stay full. A rehearsal shows it: swarm scale FILE.',
    `By the timetable, a node is removed ${formatDuration(rules.coolDown)} after it was needed last, and the time of its drain is not counted.`,
    `The reactive scaler is the reference scaler of swarm scale: it decides every ${formatDuration(rules.every)} by a load as old, tolerates ${TOLERANCE * 100} %, and removes one node for each cool-down of ${formatDuration(rules.coolDown)}.`,
    ...(price === null
      ? []
      : [
          `An hour of ${price.machine} costs ${formatDollars(price.cost)} (${price.source.url}, read ${price.source.read}, ${price.source.trust}); traffic and all else of swarm cost is not counted.`,
        ]),
  ];
};
