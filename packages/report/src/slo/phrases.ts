import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatShare } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import type { Exclusion, MonthReport, SloResult } from './slo-report.ts';

export const NO_FIGURES =
  'no figures: are the recording rules of swarm mixin loaded, and how far back does it keep?';

/** A row for each objective of each deployment in a month. */
export const objectiveTable = ({ results }: MonthReport): TableData => ({
  head: ['SLO', '', 'good', 'objective', 'budget left', 'counted', 'bad', 'unknown'],
  rows: results.map((result) => [
    result.title,
    deploymentText(result),
    goodText(result),
    exactShare(result.objective),
    result.budgetUsed === null ? '–' : formatShare(1 - result.budgetUsed),
    `${formatNumber(Math.round(result.total))} ${result.unit}`,
    formatNumber(Math.round(result.bad)),
    unknownText(result),
  ]),
  left: [0, 1],
});

/** Labels of a deployment. */
export const deploymentText = ({ labels }: Pick<SloResult, 'labels'>): string =>
  Object.values(labels).filter(Boolean).join(' ');

/** Share that was good, with its mark. */
export const goodText = ({ met, good }: Pick<SloResult, 'met' | 'good'>): string =>
  met === null ? 'none' : `${met ? '✓' : '✗'} ${exactShare(good)}`;

/** Share of the month without figures. */
export const unknownText = ({
  unknownMs,
  covered,
}: Pick<SloResult, 'unknownMs' | 'covered'>): string =>
  unknownMs === 0 ? 'none' : exactUnknown(1 - covered);

/** 99.95 %, 100 %: rounded down, so that a miss never looks like a hit. */
export const exactShare = (share: number | null): string =>
  share === null ? '–' : `${Math.floor(share * 1e5 + 1e-6) / 1e3} %`;

/** Formats a share, rounded up, so that a gap never looks like none. */
const exactUnknown = (share: number): string => `${Math.ceil(share * 1e3 - 1e-6) / 10} %`;

/** Times that were left out of a month, and what they would have added. */
export const exclusionLines = ({ exclusions, results }: MonthReport): string[] => {
  if (exclusions.length === 0) return [];
  const worse = results
    .filter(({ excluded }) => excluded.total > 0)
    .map(
      ({ title, excluded, unit }) =>
        `${title}: ${formatNumber(Math.round(excluded.bad))} bad of ${formatNumber(Math.round(excluded.total))} ${unit}`,
    );
  return [
    `not counted: ${plural(exclusions.length, 'time span')}`,
    ...exclusions.map(
      (one) =>
        `${spanText(one)}${one.applies ? '' : ': counted all the same, since no figures have its cluster label'}`,
    ),
    ...(worse.length === 0 ? [] : [`in them: ${worse.join('; ')}`]),
  ];
};

const ANNOUNCED = { drill: 'drill ', load_test: 'load test ', flag: '--exclude' } as const;

const spanText = ({ fromMs, toMs, by, name }: Exclusion): string =>
  `${minuteText(fromMs)} to ${minuteText(toMs)}, ${ANNOUNCED[by]}${name === null ? '' : name}`;

/** `2026-11-12 14:05` */
export const minuteText = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
