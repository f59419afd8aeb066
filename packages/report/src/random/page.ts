import type { RandomResult } from '@livekit-swarm/chaos/random';
import type { ResultPage } from '../page/result-page.ts';
import { seriesVerdict } from '../series-verdict.ts';
import {
  drawnTable,
  invariantTable,
  searchCounts,
  searchPlace,
  searchReasons,
  shrunkTable,
} from './phrases.ts';

/** Verdict and reasons, the invariants, the smallest schedules, and every drill. */
export const randomPage = (result: RandomResult): ResultPage => {
  const { verdict, name } = seriesVerdict(result.exitCode);
  return {
    kind: 'random drills',
    subject: result.deployment,
    tone: verdict,
    headline: `Search ${name}: ${searchCounts(result)}`,
    lead: `${searchPlace(result)} Exit code ${result.exitCode}.`,
    asked: null,
    reasons: searchReasons(result),
    sections: [
      {
        title: 'Invariants',
        table: invariantTable(result),
        note: 'Drills that were void or inconclusive do not count.',
      },
      {
        title: 'Smallest schedules',
        table: shrunkTable(result),
        note: '"swarm chaos run FILE" repeats one.',
      },
      {
        title: 'Drills',
        table: drawnTable(result),
        note: `Faults were drawn from ${result.choices.join(', ')}.`,
      },
    ],
    startedAt: result.startedAt,
  };
};
