import type { Rehearsal, ScaleResult } from '@livekit-swarm/chaos/scale';
import type { PageSection, ResultPage } from '../page/result-page.ts';
import {
  autoscalerTable,
  compareTable,
  exitCodeOfScale,
  figureTexts,
  joinTable,
  mainOf,
  modeText,
  momentTable,
  objectiveTable,
  reasonText,
  removedTable,
  ruleText,
  scaleHeadline,
  stepNote,
  stepTable,
  TONES,
} from './phrases.ts';

/** Answer and reasons, the modes side by side, and every decision of each. */
export const scalePage = (result: ScaleResult): ResultPage => {
  const { file, rehearsals, startedAt } = result;
  const main = mainOf(result);
  return {
    kind: 'scale',
    subject: file.scaler,
    tone: TONES[main.answer],
    headline: scaleHeadline(result),
    lead: `${main.autoscaler === null ? 'Lab' : 'Deployment'} of livekit-server ${main.serverVersion ?? '(version unknown)'}, ${modeText(main, file)}. ${ruleText(file, main)} Exit code ${exitCodeOfScale(result)}.`,
    asked: null,
    reasons: [...main.reasons.map(reasonText), ...figureTexts(main)],
    sections: [
      ...(rehearsals.length > 1 ? [{ title: 'Side by side', table: compareTable(result) }] : []),
      ...rehearsals.flatMap((one) => sectionsOf(one, rehearsals.length > 1 ? `, ${one.mode}` : '')),
    ],
    startedAt,
  };
};

const sectionsOf = (one: Rehearsal, suffix: string): PageSection[] => [
  { title: `Objectives${suffix}`, table: objectiveTable(one) },
  { title: `Decisions${suffix}`, table: stepTable(one), note: stepNote },
  ...(one.facts.autoscaler === null
    ? []
    : [{ title: `Autoscaler${suffix}`, table: autoscalerTable(one) }]),
  { title: `Nodes that ended${suffix}`, table: removedTable(one) },
  { title: `Joins and changes of nodes${suffix}`, table: joinTable(one) },
  { title: `Load and nodes${suffix}`, table: momentTable(one) },
];
