import {
  type Comparison,
  type ComparisonNote,
  type ComparisonReason,
  type ComparisonVerdict,
  type Detection,
  type Exclusion,
  type Failure,
  type FigureComparison,
  MOST_ROUNDS,
  type NotComparable,
} from '@livekit-swarm/analysis/compare';
import { aggregationKey, metricDefinition } from '@livekit-swarm/metrics';
import { formatNumber, plural } from '@livekit-swarm/settings';
import type { SessionNote } from '../comparison/comparison-input.ts';
import { formatBytes, formatFigure, formatShare } from '../format.ts';
import { MARKS } from '../text-layout.ts';
import { crossingText } from './limits.ts';

const VERDICT_MARKS: Record<ComparisonVerdict, string> = {
  regression: MARKS.failed,
  improvement: MARKS.passed,
  no_difference: MARKS.passed,
  inconclusive: MARKS.inconclusive,
};
export const markOfComparison = (verdict: ComparisonVerdict): string => VERDICT_MARKS[verdict];

const FIGURE_MARKS: Record<FigureComparison['verdict'], string> = {
  worse: '✗',
  better: '↑',
  no_difference: '=',
  not_comparable: '–',
};
export const VERDICT_TEXTS: Record<ComparisonVerdict | FigureComparison['verdict'], string> = {
  regression: 'regression',
  improvement: 'improvement',
  no_difference: 'no difference',
  inconclusive: 'inconclusive',
  worse: 'worse',
  better: 'better',
  not_comparable: 'not comparable',
};

export const markOfFigure = ({ verdict }: FigureComparison): string => FIGURE_MARKS[verdict];

/** `nightly against release, 4 and 3 runs`. */
export const describeSides = ({ base, current, design }: Comparison): string => {
  const used = [base, current].map(
    ({ runs }) => runs.filter(({ excludedReason }) => excludedReason === null).length,
  ) as [number, number];
  const runs =
    design === 'rounds'
      ? plural(used[0], 'round')
      : used[0] === used[1]
        ? `${plural(used[0], 'run')} each`
        : `${formatNumber(used[1])} and ${plural(used[0], 'run')}`;
  return `${current.name} against ${base.name}, ${runs}`;
};

/** Most changed figures that a sentence names; the table has all. */
const MAX_NAMED = 4;

/** The result of a comparison in one sentence. */
export const describeConclusion = (comparison: Comparison): string => {
  const { base, current, verdict, figures, reasons } = comparison;
  const changed = (which: FigureComparison['verdict']): string => {
    const all = shownFigures({ figures }).filter((figure) => figure.verdict === which);
    const more = all.length - MAX_NAMED;
    return `${all.slice(0, MAX_NAMED).map(changeText).join('; ')}${more > 0 ? `; and ${plural(more, 'more figure')}` : ''}`;
  };
  const [first] = reasons;
  switch (verdict) {
    case 'regression': {
      const worse = changed('worse');
      return worse === '' && first !== undefined
        ? comparisonReasonText(first)
        : `${current.name} is worse than ${base.name} in ${worse}.`;
    }
    case 'improvement':
      return `${current.name} is better than ${base.name} in ${changed('better')}.`;
    case 'no_difference':
      return `No difference between ${base.name} and ${current.name} beyond the tolerance.`;
    case 'inconclusive':
      return first === undefined ? 'Nothing was compared.' : comparisonReasonText(first);
  }
};

/** The reasons that the conclusion does not state. */
export const furtherReasons = (
  comparison: Pick<Comparison, 'verdict' | 'reasons' | 'figures'>,
): string[] => {
  const { verdict, reasons, figures } = comparison;
  const stated =
    verdict === 'inconclusive' ||
    (verdict === 'regression' && figures.every((figure) => figure.verdict !== 'worse'));
  return reasons.slice(stated ? 1 : 0).map(comparisonReasonText);
};

/** One reason of a comparison as a sentence. */
export const comparisonReasonText = (reason: ComparisonReason): string => {
  switch (reason.code) {
    case 'run_failed':
      return `${reason.run} failed, and no base run did: ${exclusionText(reason.failure)}.`;
    case 'too_few_runs':
      return 'The runs are too few and too short to separate a change from noise: use three runs of each side, or one of ten seconds with six participants.';
    case 'no_runs':
      return `There are no runs of ${reason.side}.`;
    case 'no_comparable_runs': {
      const [only, ...more] = reason.runs;
      if (only !== undefined && more.length === 0)
        return `${only.name} cannot be compared: ${exclusionText(only.exclusion)}.`;
      const texts = new Set(reason.runs.map(({ exclusion }) => exclusionText(exclusion)));
      return `None of the ${formatNumber(reason.runs.length)} runs of ${reason.side} can be compared: ${[...texts].join('; ')}.`;
    }
    case 'metrics_not_measured':
      return 'No metric was measured often enough on both sides to be compared.';
    case 'metrics_lost':
      return `Measured in every base run, but not in every current run: ${reason.figures.join(', ')}.`;
  }
};

/** Reason why a run is not compared, as part of a sentence. */
export const exclusionText = (exclusion: Exclusion | Failure): string => {
  switch (exclusion.code) {
    case 'generator_impaired':
      return `load generator impaired (${exclusion.finding.code})`;
    case 'record_truncated':
      return 'its record is truncated';
    case 'interrupted':
      return 'it was interrupted';
    case 'participants_unaccounted':
      return `${formatNumber(exclusion.unaccounted)} of ${plural(exclusion.planned, 'participant')} have no result`;
    case 'server_died':
      return 'the server died';
    case 'run_aborted':
      return `a threshold ended it${exclusion.threshold === null ? '' : ` (${crossingText(exclusion.threshold)})`}`;
    case 'no_participants_left':
      return 'no participant was connected any more';
    case 'other_run_of_round':
      return 'the other run of its round cannot be compared';
  }
};

const NOT_COMPARABLE: Record<NotComparable, string> = {
  not_measured: 'not measured in every run of either side',
  not_measured_in_base: 'not measured in every base run',
  not_measured_in_current: 'not measured in every current run',
  too_few_values: 'too few values to know their spread',
};

/** Empty for a figure that is comparable. */
export const notComparableText = ({ reason }: FigureComparison): string =>
  reason === null ? '' : NOT_COMPARABLE[reason];

const ENVIRONMENT: Record<string, string> = {
  server_version: 'Server version',
  deployment: 'Deployment',
  processes: 'Processes',
  swarm: 'Version of livekit-swarm',
  node: 'Version of Node.js',
  memoryBytes: 'Memory',
};

/** One note of the session that made the runs as a sentence. */
export const sessionNoteText = (note: SessionNote): string => {
  switch (note.code) {
    case 'no_rounds':
      return 'No round was completed.';
    case 'rounds_missing':
      return `${plural(note.missing, 'round')} of those requested ${note.missing === 1 ? 'is' : 'are'} missing.`;
    case 'detection':
      return detectionText(note);
    case 'records':
      return `Records are in ${note.folder}.`;
  }
};

/** Sentence about the rounds of a session: they find a wanted change, or not. */
export const detectionText = ({
  figure,
  share,
  rounds,
  variation,
  required,
}: Detection): string => {
  const made = plural(rounds, 'round');
  const wanted = `a difference of ${percent(share)} in ${figure}`;
  if (variation === null)
    return `It is unknown whether ${made} find ${wanted}: it is not measured, or zero, in some of them.`;
  const noise = `which varies by ${percent(variation)} or less from round to round`;
  if (required !== null && required <= rounds)
    return `${made} find ${wanted} in four sessions of five: ${noise}.`;
  return `${made} may not find ${wanted}, ${noise}: it needs ${required === null ? `more than ${MOST_ROUNDS}` : formatNumber(required)}.`;
};

/** One note of a comparison as a sentence. */
export const comparisonNoteText = (note: ComparisonNote): string => {
  switch (note.code) {
    case 'single_runs':
      return `There are too few runs to see how much runs differ: parts of them are compared, and only changes of ${formatNumber(note.factor)} times the tolerance are reported. Use three runs of each side, or swarm ab, to detect smaller ones.`;
    case 'small_changes_hidden':
      return `Too much noise to detect small changes: ${note.figures.join(', ')}. Use more repeats, longer runs or a less busy host.`;
    case 'thresholds_crossed':
      return `Thresholds that a run of ${note.current} crossed, and none of ${note.base}: ${note.thresholds.join('; ')}.`;
    case 'environment_differs': {
      const name =
        note.key === null
          ? (ENVIRONMENT[note.what] ?? note.what)
          : (ENVIRONMENT[note.key] ?? `Environment (${note.key})`);
      const write = (values: (typeof note)['base']): string =>
        values
          .map((value) =>
            value === null
              ? 'unknown'
              : note.key === 'memoryBytes' && typeof value === 'number'
                ? formatBytes(value)
                : String(value),
          )
          .join(', ');
      return `${name} differs: ${write(note.base)} → ${write(note.current)}.`;
    }
    case 'host_load_differs':
      return `The host of the load generator was ${formatShare(roundShare(note.base))} busy in the base runs and ${formatShare(roundShare(note.current))} in the current ones: this may cause a part of a difference. swarm ab alternates the runs, so that both sides have the same conditions.`;
  }
};

/** `join_time.p95: +31 % (+22 … +41 %), 120 ms → 157 ms`. */
const changeText = (figure: FigureComparison): string => {
  const { key, base, current } = figure;
  const values =
    base === null || current === null
      ? ''
      : `, ${formatValue(figure, base.median)} → ${formatValue(figure, current.median)}`;
  return `${key}: ${formatChange(figure)} (${formatInterval(figure)})${values}`;
};

/** Value in the figure's unit. */
export const formatValue = (
  { metric, aggregation }: FigureComparison,
  value: number | null,
): string => {
  if (value === null) return '–';
  const definition = metricDefinition(metric);
  const key = aggregationKey(aggregation);
  if (definition.unit === 'bytes')
    return `${formatBytes(value)}${definition.type === 'counter' && key === 'rate' ? '/s' : ''}`;
  return formatFigure(value, definition, key);
};

/**
 * The median, and by how much the runs (of a single one its parts) lie around it: `61.2 ms ±4 %`.
 */
export const formatSide = (figure: FigureComparison, side: FigureComparison['base']): string => {
  if (side === null) return '–';
  const half = (side.max - side.min) / 2;
  const share = side.median > 0 ? half / side.median : 0;
  const spread =
    share === 0 ? '' : share >= 10 ? ' ±>999 %' : ` ±${formatShare(roundShare(share))}`;
  return `${formatValue(figure, side.median)}${spread}`;
};

/** `+31 %`; where the base is zero `+0.4 ms`. */
export const formatChange = (figure: FigureComparison): string => {
  if (figure.change === null) return '–';
  const { absolute, relative } = figure.change;
  return relative === null
    ? signed(absolute, (size) => formatValue(figure, size))
    : formatRelative(relative);
};

/** `+22 … +41 %`. */
export const formatInterval = (figure: FigureComparison): string => {
  if (figure.interval === null || figure.interval.confidence === 0) return '–';
  const { from, to, relativeFrom, relativeTo } = figure.interval;
  if (from === 0 && to === 0) return '';
  if (relativeFrom === null || relativeTo === null) {
    return `${signed(from, (size) => formatValue(figure, size))} … ${signed(to, (size) => formatValue(figure, size))}`;
  }
  // The unit is written once where both have it.
  const low =
    relativeTo < FACTOR_FROM ? signed(relativeFrom, percentFigure) : formatRelative(relativeFrom);
  return `${low} … ${formatRelative(relativeTo)}`;
};

/** `10 %, 20 ms`: what counts as equal, the wider of both. */
export const formatMargin = (figure: FigureComparison): string =>
  `${formatShare(roundShare(figure.margin.relative))}, ${formatValue(figure, figure.margin.absolute)}`;

/** `+31 %`; from three times as much on a factor: `×31`. */
const formatRelative = (relative: number): string =>
  relative >= FACTOR_FROM
    ? `×${formatNumber(Number((1 + relative).toPrecision(2)))}`
    : signed(relative, percent);
const FACTOR_FROM = 2;

const percent = (share: number): string => formatShare(roundShare(share));

/** Per cent without the sign. */
const percentFigure = (share: number): string => {
  const rounded = roundShare(share);
  return formatNumber(rounded >= 1 ? Math.round(rounded * 1_000) / 10 : rounded * 100);
};

/** Tenths of a per cent below ten, whole ones above: the measurement is no more precise. */
const roundShare = (share: number): number =>
  Math.abs(share) < 0.1 ? Math.round(share * 1_000) / 1_000 : Math.round(share * 100) / 100;

/** Values that round to zero have no sign. */
const signed = (value: number, write: (size: number) => string): string => {
  const size = write(Math.abs(value));
  return `${/[1-9]/.test(size) ? (value < 0 ? '−' : '+') : '±'}${size}`;
};

/** Excluded runs and differences of the environment, unless a reason states them. */
export const remarksOf = (comparison: Comparison): string[] => {
  const { notes, ignoredDifferences, base, current } = comparison;
  const stated = new Set(comparison.reasons.flatMap(runsOf));
  const excluded = [...base.runs, ...current.runs].flatMap(({ name, excludedReason }) =>
    excludedReason === null || stated.has(name)
      ? []
      : [`${name} is excluded: ${exclusionText(excludedReason)}.`],
  );
  const more = excluded.length - MAX_EXCLUDED;
  return [
    ...excluded.slice(0, MAX_EXCLUDED),
    ...(more > 0 ? [`${plural(more, 'more run')} ${more === 1 ? 'is' : 'are'} excluded.`] : []),
    ...notes.map(comparisonNoteText),
    ...ignoredDifferences.map(
      ({ path, base: was, current: is }) =>
        `The scenarios differ where it does not change the load: ${path}: ${was} → ${is}.`,
    ),
  ];
};
const MAX_EXCLUDED = 6;

/** Names of the runs that a reason is about. */
const runsOf = (reason: ComparisonReason): string[] => {
  switch (reason.code) {
    case 'run_failed':
      return [reason.run];
    case 'no_comparable_runs':
      return reason.runs.map(({ name }) => name);
    case 'too_few_runs':
    case 'no_runs':
    case 'metrics_not_measured':
    case 'metrics_lost':
      return [];
  }
};

/** Legend of the table. */
export const legendOf = ({ figures, design }: Pick<Comparison, 'figures' | 'design'>): string => {
  const confidence = Math.min(1, ...figures.flatMap(({ interval }) => interval?.confidence ?? []));
  const of = design === 'single' ? 'parts of the runs' : 'runs';
  return `±: half the range of the ${of}. Interval: the change, ${Math.floor(confidence * 100)} % confidence per figure.`;
};

/**
 * The rows of the table: changed figures first, then those with a threshold; without figures that
 * are zero on both sides.
 */
export const shownFigures = ({ figures }: Pick<Comparison, 'figures'>): FigureComparison[] => {
  const rank = ({ verdict, hasThreshold }: FigureComparison): number =>
    (verdict === 'worse' ? 0 : verdict === 'better' ? 2 : 4) + (hasThreshold ? 0 : 1);
  const isNothing = ({ base, current, verdict, hasThreshold }: FigureComparison): boolean =>
    !hasThreshold &&
    (verdict === 'not_comparable' ||
      (verdict === 'no_difference' && base?.max === 0 && current?.max === 0));
  return figures.filter((figure) => !isNothing(figure)).sort((a, b) => rank(a) - rank(b));
};
