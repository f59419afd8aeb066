import { plural } from '@livekit-swarm/settings';
import type { ResultPage } from '../page/result-page.ts';
import { exclusionLines, minuteText, NO_FIGURES, objectiveTable } from './phrases.ts';
import type { SloReport } from './slo-report.ts';

/** The objectives of each month, and the times that were left out. */
export const sloPage = ({ prometheus, months }: SloReport): ResultPage => {
  const results = months.flatMap((month) => month.results);
  const judged = results.filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => met === false);
  const [first] = months;
  const last = months.at(-1);
  return {
    kind: 'objectives',
    subject: prometheus,
    tone: judged.length === 0 ? 'inconclusive' : missed.length > 0 ? 'failed' : 'passed',
    headline:
      judged.length === 0
        ? 'No figures'
        : missed.length === 0
          ? `${plural(judged.length, 'objective')} met`
          : `${missed.length} of ${plural(judged.length, 'objective')} missed`,
    lead:
      first === undefined || last === undefined
        ? 'No month was asked for.'
        : `Service level objectives from ${minuteText(first.fromMs)} to ${minuteText(last.toMs)} UTC.`,
    asked: null,
    reasons: months.flatMap((month) => [
      ...(month.results.length === 0 ? [`${month.name}: ${NO_FIGURES}`] : []),
      ...exclusionLines(month).map((line) => `${month.name}: ${line}`),
    ]),
    sections: months.map((month) => ({ title: month.name, table: objectiveTable(month) })),
    startedAt: null,
  };
};
