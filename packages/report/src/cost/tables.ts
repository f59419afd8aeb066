import { ASSUMED_DELAY_MS, type PlanQuality, type Saving, type Variant } from '@livekit-swarm/cost';
import { formatNumber } from '@livekit-swarm/settings';
import { formatBytes } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import type { CostView } from './cost-view.ts';
import { formatDollars } from './money.ts';

const GB = 1e9;

/** `14 MB`, from gigabytes. */
export const gigabytes = (gb: number): string => formatBytes(gb * GB);

/** Plans of LiveKit Cloud that allow the load. */
export const cloudTable = ({ estimate: { cloud } }: CostView): TableData => ({
  head: ['LiveKit Cloud', 'base', 'minutes', 'traffic', 'a month'],
  rows: cloud.map(({ plan, base, minutes, traffic, total }) => [
    plan,
    ...[base, minutes, traffic, total].map(formatDollars),
  ]),
  left: [0],
});

/** Cheapest machine of each provider. */
export const selfHostedTable = ({ estimate: { selfHosted }, rules }: CostView): TableData => {
  const extra = [
    { head: 'TURN', of: 'turn', shown: rules.turn !== null },
    { head: 'storage', of: 'storage', shown: selfHosted.some(({ storage }) => storage > 0) },
    { head: 'services', of: 'services', shown: selfHosted.some(({ services }) => services > 0) },
    { head: 'staff', of: 'staff', shown: rules.staff > 0 },
  ] as const;
  const columns = extra.filter(({ shown }) => shown);
  return {
    head: [
      'Own machines',
      'nodes',
      'machines',
      'traffic',
      ...columns.map((column) => column.head),
      'a month',
    ],
    rows: selfHosted.map((cost) => [
      `${cost.provider}:${cost.machine}`,
      formatNumber(cost.nodes),
      ...[cost.machines, cost.traffic, ...columns.map(({ of }) => cost[of]), cost.total].map(
        formatDollars,
      ),
    ]),
    left: [0],
  };
};

/** Serving an HLS audience; no rows without one. */
export const hlsTable = ({ estimate: { hls, usage } }: CostView): TableData => ({
  head: ['HLS, on top of', 'traffic', 'own machines', 'LiveKit Cloud'],
  rows: hls.map(({ provider, withMachines, alone }) => [
    provider,
    gigabytes(usage.hlsGb),
    ...[withMachines, alone].map(formatDollars),
  ]),
  left: [0],
});

const VARIANT_TEXTS: Record<Variant, string> = {
  'no-simulcast': 'without simulcast',
  '360p': 'cameras at 360p',
  'audio-only': 'audio only',
};

/** Legend of the savings. */
export const SCORES_TEXT = `audio, video: opinion scores from 1 to 5 (E-model, G.1070) without loss, ${ASSUMED_DELAY_MS} ms from mouth to ear`;

/** The load as it is, and variants that send less; no rows where none is known. */
export const savingTable = ({ estimate }: CostView): TableData => {
  const { savings, usage, cloud, selfHosted, quality } = estimate;
  const row = (name: string, saving: Omit<Saving, 'variant'>): string[] => [
    name,
    gigabytes(saving.gbUp),
    gigabytes(saving.gbDown),
    amount(saving.cloud),
    amount(saving.selfHosted),
    ...scores(saving.quality),
  ];
  const asItIs = {
    gbUp: usage.gbUp,
    gbDown: usage.gbDown,
    cloud: cloud[0]?.total ?? null,
    selfHosted: selfHosted[0]?.total ?? null,
  };
  return {
    head: ['Send less', '↑', '↓', 'Cloud', 'own', 'audio', 'video'],
    rows:
      savings.length === 0 || quality === null
        ? []
        : [
            row('as it is', { ...asItIs, quality }),
            ...savings.map((saving) => row(VARIANT_TEXTS[saving.variant], saving)),
          ],
    left: [0],
  };
};

const amount = (dollars: number | null): string =>
  dollars === null ? '–' : formatDollars(dollars);

const scores = ({ audio, video }: PlanQuality): string[] =>
  [audio, video].map((score) => (score === null ? '–' : score.toFixed(1)));
