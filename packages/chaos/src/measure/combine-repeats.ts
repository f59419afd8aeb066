import type { Drill } from '../drill/drill.ts';
import {
  DRILL_RESULT_SCHEMA,
  type DrillResult,
  type Knowledge,
  type RepeatResult,
  type RepeatVerdict,
  type Spread,
} from './drill-result.ts';

/** Worst first. */
const VERDICTS: readonly RepeatVerdict[] = [
  'interrupted',
  'failed',
  'inconclusive',
  'void',
  'passed',
];

/** A drill, and all that was seen of it. */
export interface DrillFacts
  extends Pick<DrillResult, 'drill' | 'target' | 'startedAt' | 'repeats'> {
  /** Of the servers, as participants were told. */
  versions: ReadonlySet<string>;
}

/** What several times of the same drill come to. */
export const combineRepeats = ({ versions, ...facts }: DrillFacts): DrillResult => {
  const { drill, repeats } = facts;
  const [serverVersion = null] = versions.size === 1 ? versions : [];
  const measured = repeats.filter(({ verdict }) => verdict === 'passed' || verdict === 'failed');
  // Those that told nothing were made again: where that succeeded they say nothing about the drill.
  const judged = measured.length >= drill.repeats ? measured : repeats;
  return {
    schema: DRILL_RESULT_SCHEMA,
    ...facts,
    serverVersion,
    verdict:
      VERDICTS.find((verdict) => judged.some((repeat) => repeat.verdict === verdict)) ?? 'void',
    knowledge: knowledgeOf(drill, measured, serverVersion),
    spread: {
      rtoP50: spreadOf(measured.flatMap(({ recovery }) => recovery.rto?.p50 ?? [])),
      rtoMax: spreadOf(measured.flatMap(({ recovery }) => recovery.rto?.max ?? [])),
    },
    outcomes: [...Map.groupBy(repeats, outcomeOf)]
      .map(([outcome, same]) => ({ outcome, times: same.length }))
      .sort((a, b) => b.times - a.times || a.outcome.localeCompare(b.outcome)),
  };
};

/** What a repeat came to, in words: `recovered`, `failed: never-recovered, split-brain`, `void`. */
export const outcomeOf = ({ verdict, failing, recovery }: RepeatResult): string => {
  if (verdict === 'failed') return `failed: ${failing.join(', ') || 'aborted'}`;
  if (verdict !== 'passed') return verdict;
  return recovery.pairsHit === 0 ? 'nobody noticed' : 'recovered';
};

const knowledgeOf = (
  { known }: Pick<Drill, 'known'>,
  repeats: readonly RepeatResult[],
  serverVersion: string | null,
): Knowledge => {
  if (known === null || repeats.length === 0) return 'none';
  const seen = new Set(repeats.flatMap(({ failing }) => failing));
  if ([...seen].some((way) => !known.fails.includes(way) && !known.sometimes.includes(way)))
    return 'otherwise';
  // What it always failed in did not come once.
  if (known.fails.some((way) => !seen.has(way))) return 'better';
  return serverVersion === null || serverVersion === known.server ? 'as-known' : 'none';
};

const spreadOf = (values: readonly number[]): Spread | null => {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return null;
  const half = sorted.length / 2;
  const [low = min, high = max] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return { min, median: (low + high) / 2, max };
};
