import { formatShare, printable, renderTable, type Style } from '@livekit-swarm/report';
import { formatNumber, plural } from '@livekit-swarm/settings';
import type { Exclusion, MonthReport, SloResult } from './slo-report.ts';

/** A table for each month, and what was left out of it. */
export const sloText = (months: readonly MonthReport[], style: Style): string =>
  `${months.map((month) => monthLines(month, style).join('\n')).join('\n\n')}\n`;

const monthLines = (month: MonthReport, style: Style): string[] => [
  style.title(`${month.name}, ${minuteText(month.fromMs)} to ${minuteText(month.toMs)} UTC`),
  ...(month.results.length === 0
    ? ['no figures: are the recording rules of swarm mixin loaded, and how far back does it keep?']
    : renderTable(
        [
          ['SLO', '', 'good', 'objective', 'budget left', 'counted', 'bad', 'unknown'].map(
            style.dim,
          ),
          ...month.results.map((result) => row(result, style)),
        ],
        [0, 1],
      )),
  ...exclusionLines(month),
];

const row = (result: SloResult, style: Style): string[] => {
  const { title, labels, good, met, objective, budgetUsed, total, bad, unit, covered, unknownMs } =
    result;
  const mark = met === null ? style.dim : met ? style.good : style.bad;
  return [
    title,
    printable(Object.values(labels).filter(Boolean).join(' ')),
    mark(met === null ? 'none' : `${met ? '✓' : '✗'} ${exactShare(good)}`),
    exactShare(objective),
    budgetUsed === null ? '–' : formatShare(1 - budgetUsed),
    `${formatNumber(Math.round(total))} ${unit}`,
    formatNumber(Math.round(bad)),
    unknownMs === 0 ? 'none' : exactUnknown(1 - covered),
  ];
};

/** 99.95 %, 100 %: rounded down, so that a miss never looks like a hit. */
const exactShare = (share: number | null): string =>
  share === null ? '–' : `${Math.floor(share * 1e5 + 1e-6) / 1e3} %`;

/** Formats a share, rounded up, so that a gap never looks like none. */
const exactUnknown = (share: number): string => `${Math.ceil(share * 1e3 - 1e-6) / 10} %`;

const exclusionLines = ({ exclusions, results }: MonthReport): string[] => {
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
        `  ${spanText(one)}${one.applies ? '' : ': counted all the same, since no figures have its cluster label'}`,
    ),
    ...(worse.length === 0 ? [] : [`  in them: ${worse.join('; ')}`]),
  ];
};

const ANNOUNCED = { drill: 'drill ', load_test: 'load test ', flag: '--exclude' } as const;

const spanText = ({ fromMs, toMs, by, name }: Exclusion): string =>
  `${minuteText(fromMs)} to ${minuteText(toMs)}, ${ANNOUNCED[by]}${name === null ? '' : printable(name)}`;

/** `2026-11-12 14:05` */
const minuteText = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
