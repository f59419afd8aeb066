/** What a comparison has to say besides its figures. */
import type { MetricName } from '@livekit-swarm/metrics';
import type { FigureComparison } from './comparison.ts';
import type { MeasuredRun } from './figures.ts';
import { brokenBy, unfitBecause } from './fitness.ts';
import { marginScale } from './margin.ts';
import type { Side } from './side.ts';

/** What happened to current runs, and to no base run, that leaves nothing to measure. */
export const brokenReasons = (base: Side, current: Side): string[] => {
  if (base.runs.some((run) => brokenBy(run) !== null)) return [];
  return current.runs.flatMap((run) => {
    const how = brokenBy(run);
    return how === null ? [] : [`${run.name} did not last, as every base run did: ${how}.`];
  });
};

export const tooFewReason = (base: Side, current: Side, was: number, is: number): string => {
  const side = was === 0 ? base : is === 0 ? current : null;
  if (side === null)
    return 'The runs are too few and too short to tell a change from noise: three runs of each side, or one of ten seconds with six people.';
  const why = (run: MeasuredRun): string =>
    unfitBecause(run) ?? brokenBy(run) ?? 'the other run of its round cannot be used';
  const [only, ...more] = side.runs;
  if (only === undefined) return `There is no run of ${side.name}.`;
  if (more.length === 0) return `${only.name} cannot be used: ${why(only)}.`;
  // What is said of each is in the list of runs.
  const reasons = [...new Set(side.runs.map(why))];
  return `None of the ${side.runs.length} runs of ${side.name} can be used: ${reasons.join('; ')}.`;
};

/** Only after a mishap there is something to measure: that it is missing is no loss. */
const OF_MISHAPS: ReadonlySet<MetricName> = new Set(['reconnect_time']);

export const lostReasons = (figures: readonly FigureComparison[]): string[] => {
  if (figures.every(({ verdict }) => verdict === 'not comparable'))
    return ['Nothing was measured often enough on both sides to be compared.'];
  const lost = figures.filter(
    ({ base, current, metric }) => base !== null && current === null && !OF_MISHAPS.has(metric),
  );
  if (lost.length === 0) return [];
  return [`Measured in every base run, but not in every current one: ${listOf(lost)}.`];
};

/** What might have changed by several margins without this comparison being able to tell. */
export const unseenNote = (figures: readonly FigureComparison[]): string[] => {
  const unseen = figures.filter(({ verdict, thresholded, interval, base, margin, better }) => {
    if (verdict !== 'same' || !thresholded || interval === null || base === null) return false;
    const scale = marginScale(margin);
    const worst = base.median + (better === 'lower' ? interval.to : interval.from);
    return Math.abs(scale.of(worst) - scale.of(base.median)) > UNSEEN_FROM;
  });
  if (unseen.length === 0) return [];
  return [
    `Too noisy for small changes to show: ${listOf(unseen)}. More repeats, longer runs or a quieter machine would tell more.`,
  ];
};
const UNSEEN_FROM = 3;

const listOf = (figures: readonly FigureComparison[]): string =>
  figures.map(({ key }) => key).join(', ');

/** A threshold is for the run's own verdict; here it is worth a word. */
export const crossedNotes = (base: Side, current: Side): string[] => {
  const crossed = ({ runs }: Side): Set<string> =>
    new Set(
      runs.flatMap(({ judgement }) =>
        judgement.thresholds
          .filter(({ ok }) => ok === false)
          .map(({ metric, expression }) => `${metric}: ${expression}`),
      ),
    );
  const before = crossed(base);
  const anew = [...crossed(current)].filter((threshold) => !before.has(threshold));
  return anew.length === 0
    ? []
    : [
        `Thresholds that a run of ${current.name} crossed, and none of ${base.name}: ${anew.join('; ')}.`,
      ];
};
