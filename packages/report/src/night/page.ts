import type { NightResult } from '@livekit-swarm/chaos/night';
import type { ResultPage } from '../page/result-page.ts';
import { seriesVerdict } from '../series-verdict.ts';
import {
  countsText,
  drillTable,
  leftOutTable,
  nightReasons,
  pastTable,
  placeText,
} from './phrases.ts';

/** Verdict and reasons, every drill with its finding, what was left out, and the nights before. */
export const nightPage = (result: NightResult): ResultPage => {
  const { verdict, name } = seriesVerdict(result.exitCode);
  return {
    kind: 'night',
    subject: result.deployment,
    tone: verdict,
    headline: `Night ${name}: ${countsText(result)}`,
    lead: `${placeText(result)} Exit code ${result.exitCode}.`,
    asked: null,
    reasons: nightReasons(result),
    sections: [
      {
        title: 'Drills',
        table: drillTable(result),
        note: `A changed outcome fails until it is expected, or the last ${result.agreeingNights} nights agree on it.`,
      },
      { title: 'Left out', table: leftOutTable(result.leftOut) },
      { title: 'Nights before', table: pastTable(result) },
    ],
    startedAt: result.night,
  };
};
