import type { Comparison } from '@livekit-swarm/analysis/compare';
import { capital } from '@livekit-swarm/settings';
import type { PageSection, ResultPage } from '../page/result-page.ts';
import {
  describeConclusion,
  describeSides,
  formatChange,
  formatInterval,
  formatMargin,
  formatSide,
  furtherReasons,
  legendOf,
  markOfFigure,
  remarksOf,
  sessionNoteText,
  shownFigures,
  VERDICT_TEXTS,
} from '../phrases/comparison.ts';
import {
  type ComparisonInput,
  exitCodeOfComparisons,
  verdictOfComparisons,
} from './comparison-input.ts';

const TONES = {
  regression: 'failed',
  improvement: 'passed',
  no_difference: 'passed',
  inconclusive: 'inconclusive',
} as const;

/** The verdict, its reasons, and the figures of each side against the base. */
export const comparisonPage = (input: ComparisonInput): ResultPage => {
  const { comparisons, notes, interrupted, problem } = input;
  const [first] = comparisons;
  const verdict = verdictOfComparisons(input);
  const exitCode = exitCodeOfComparisons(input);
  const sides = comparisons.map(describeSides).join('; ');
  return {
    kind: 'comparison',
    subject: first?.scenario ?? problem?.scenario ?? 'comparison',
    tone: problem !== null || interrupted ? 'inconclusive' : TONES[verdict],
    headline: capital(interrupted ? 'interrupted' : VERDICT_TEXTS[verdict]),
    lead: `${sides === '' ? 'No runs were compared' : sides}. Exit code ${exitCode}.`,
    asked: null,
    reasons: [
      ...comparisons.flatMap((comparison) => [
        describeConclusion(comparison),
        ...furtherReasons(comparison),
        ...remarksOf(comparison),
      ]),
      ...notes.map(sessionNoteText),
      ...(problem === null ? [] : [`The session ended early: ${problem.message}`]),
    ],
    sections: comparisons.map((comparison) => figureSection(comparison, comparisons.length)),
    startedAt: null,
  };
};

const figureSection = (comparison: Comparison, count: number): PageSection => ({
  title: count === 1 ? 'Figures' : `Figures of ${comparison.current.name}`,
  table: {
    head: ['', 'figure', 'base', 'current', 'change', 'interval', 'tolerance', 'result'],
    rows: shownFigures(comparison).map((figure) => [
      markOfFigure(figure),
      figure.key,
      formatSide(figure, figure.base),
      formatSide(figure, figure.current),
      formatChange(figure),
      formatInterval(figure),
      formatMargin(figure),
      VERDICT_TEXTS[figure.verdict],
    ]),
    left: [0, 1, 7],
  },
  note: legendOf(comparison),
});
