import type {
  Comparison,
  ComparisonVerdict,
  FigureComparison,
} from '@livekit-swarm/analysis/compare';
import { aggregationKey, metricDefinition } from '@livekit-swarm/metrics';
import { formatBytes, formatFigure, formatNumber, formatShare, plural } from '../format.ts';
import { MARKS } from '../style.ts';

const VERDICT_MARKS: Record<ComparisonVerdict, string> = {
  regression: MARKS.failed,
  improvement: MARKS.passed,
  'no difference': MARKS.passed,
  inconclusive: MARKS.inconclusive,
};
export const markOfComparison = (verdict: ComparisonVerdict): string => VERDICT_MARKS[verdict];

const FIGURE_MARKS: Record<FigureComparison['verdict'], string> = {
  worse: '✗',
  better: '↑',
  same: '=',
  'not comparable': '–',
};
export const markOfFigure = ({ verdict }: FigureComparison): string => FIGURE_MARKS[verdict];

/** `nightly against release, 4 and 3 runs`. */
export const describeSides = ({ base, current, design }: Comparison): string => {
  const used = [base, current].map(
    ({ runs }) => runs.filter(({ leftOut }) => leftOut === null).length,
  ) as [number, number];
  const runs =
    design === 'rounds'
      ? plural(used[0], 'round')
      : used[0] === used[1]
        ? `${plural(used[0], 'run')} each`
        : `${formatNumber(used[1])} and ${plural(used[0], 'run')}`;
  return `${current.name} against ${base.name}, ${runs}`;
};

/** More than these nobody reads in a sentence; the table has all. */
const MOST_TOLD = 4;

/** What it all comes to, in one sentence. */
export const concludingSentence = (comparison: Comparison): string => {
  const { base, current, verdict, figures, reasons } = comparison;
  const changed = (which: FigureComparison['verdict']): string => {
    const all = shownFigures({ figures }).filter((figure) => figure.verdict === which);
    const more = all.length - MOST_TOLD;
    return `${all.slice(0, MOST_TOLD).map(changeInWords).join('; ')}${more > 0 ? `; and ${plural(more, 'more figure')}` : ''}`;
  };
  switch (verdict) {
    case 'regression': {
      const worse = changed('worse');
      return worse === ''
        ? (reasons[0] ?? '')
        : `${current.name} is worse than ${base.name} in ${worse}.`;
    }
    case 'improvement':
      return `${current.name} is better than ${base.name} in ${changed('better')}.`;
    case 'no difference':
      return `No difference between ${base.name} and ${current.name} beyond the tolerance.`;
    case 'inconclusive':
      return reasons[0] ?? 'Nothing can be said.';
  }
};

/** `join_time.p95: +31 % (+22 … +41 %), 120 ms → 157 ms`. */
const changeInWords = (figure: FigureComparison): string => {
  const { key, base, current } = figure;
  const values =
    base === null || current === null
      ? ''
      : `, ${formatValue(figure, base.median)} → ${formatValue(figure, current.median)}`;
  return `${key}: ${formatChange(figure)} (${formatInterval(figure)})${values}`;
};

/** In the figure's unit. */
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

/** The median, and by how much the runs (of a single one its parts) lie around it: `61.2 ms ±4 %`. */
export const formatSide = (figure: FigureComparison, side: FigureComparison['base']): string => {
  if (side === null) return '–';
  const half = (side.max - side.min) / 2;
  const share = side.median > 0 ? half / side.median : 0;
  const spread =
    share === 0 ? '' : share >= 10 ? ' ±>999 %' : ` ±${formatShare(roundShare(share))}`;
  return `${formatValue(figure, side.median)}${spread}`;
};

/** `+31 %`, where there is something to be a share of; else `+0.4 ms`. */
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
  const [low, high] = [formatRelative(relativeFrom), formatRelative(relativeTo)];
  return `${high.endsWith(' %') ? low.replace(/ %$/, '') : low} … ${high}`;
};

/** `10 %, 20 ms`: what counts as equal, the wider of both. */
export const formatMargin = (figure: FigureComparison): string =>
  `${formatShare(roundShare(figure.margin.relative))}, ${formatValue(figure, figure.margin.absolute)}`;

/** `+31 %`; from three times as much on the factor reads better: `×31`. */
const formatRelative = (relative: number): string =>
  relative >= FACTOR_FROM
    ? `×${formatNumber(Number((1 + relative).toPrecision(2)))}`
    : signed(relative, percent);
const FACTOR_FROM = 2;

const percent = (share: number): string => formatShare(roundShare(share));

/** Tenths of a per cent below ten, whole ones above: more is not known. */
const roundShare = (share: number): number =>
  Math.abs(share) < 0.1 ? Math.round(share * 1_000) / 1_000 : Math.round(share * 100) / 100;

/** What rounds to nothing has no sign. */
const signed = (value: number, write: (size: number) => string): string => {
  const size = write(Math.abs(value));
  return `${/[1-9]/.test(size) ? (value < 0 ? '−' : '+') : '±'}${size}`;
};

/** What a reader must know besides: which runs were left out, what differs around them. What a reason says already is not said again. */
export const remarksOf = ({ reasons, notes, harmless, base, current }: Comparison): string[] => {
  const leftOut = [...base.runs, ...current.runs].flatMap(({ name, leftOut: why }) =>
    why === null || reasons.some((reason) => reason.includes(why))
      ? []
      : [`${name} is left out: ${why}.`],
  );
  const more = leftOut.length - MOST_LEFT_OUT;
  return [
    ...leftOut.slice(0, MOST_LEFT_OUT),
    ...(more > 0 ? [`${plural(more, 'more run')} ${more === 1 ? 'is' : 'are'} left out.`] : []),
    ...notes,
    ...harmless.map(
      ({ path, base: was, current: is }) =>
        `The scenarios differ in what does not matter: ${path}: ${was} → ${is}.`,
    ),
  ];
};
const MOST_LEFT_OUT = 6;

/** How the table is to be read. */
export const legendOf = ({ figures, design }: Pick<Comparison, 'figures' | 'design'>): string => {
  const confidence = Math.min(1, ...figures.flatMap(({ interval }) => interval?.confidence ?? []));
  const of = design === 'single' ? 'parts of the runs' : 'runs';
  return `±: half the range of the ${of}. Interval: the change, ${Math.floor(confidence * 100)} % sure of each figure by itself.`;
};

/** What is worth a row: changed first, of that and the rest what has a threshold; what is zero on both sides and meant to be tells nothing. */
export const shownFigures = ({ figures }: Pick<Comparison, 'figures'>): FigureComparison[] => {
  const rank = ({ verdict, thresholded }: FigureComparison): number =>
    (verdict === 'worse' ? 0 : verdict === 'better' ? 2 : 4) + (thresholded ? 0 : 1);
  const isNothing = ({ base, current, verdict, thresholded }: FigureComparison): boolean =>
    !thresholded &&
    (verdict === 'not comparable' || (verdict === 'same' && base?.max === 0 && current?.max === 0));
  return figures.filter((figure) => !isNothing(figure)).sort((a, b) => rank(a) - rank(b));
};
