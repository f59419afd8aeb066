import type { HeaderLine, PlanFacts, RecordLine } from '@livekit-swarm/record';
import { createSummary, type SummaryFold } from '../summary/summarize.ts';
import { resolveThresholds } from '../verdict/default-thresholds.ts';
import { decideVerdict } from '../verdict/verdict.ts';
import type { MeasuredRun } from './figures.ts';

/** Largest number of blocks: more would be too short to resemble each other. */
const MOST_BLOCKS = 10;
/** Least number of blocks with a meaningful spread. */
export const LEAST_BLOCKS = 3;
/** Least length of a block, ms: samples come once a second. */
const LEAST_BLOCK_MS = 2_000;

/**
 * Number of blocks into which a run can be divided, each with two seconds and two participants; 0:
 * the run has too few of them.
 */
export const blocksIn = ({ windows, lastJoinAtMs, endAtMs, participants }: PlanFacts): number => {
  const { fromMs, toMs } = stretchOf({ windows, lastJoinAtMs, endAtMs });
  const blocks = Math.min(
    MOST_BLOCKS,
    Math.floor((toMs - fromMs) / LEAST_BLOCK_MS),
    Math.floor(participants / 2),
  );
  return blocks < LEAST_BLOCKS ? 0 : blocks;
};

/**
 * Divides one run into parts that stand in for repeats: samples by time, participants alternately
 * in the order in which they joined, so that every part has early and late ones. Parts of one run
 * differ less than runs do; the caller must allow for that.
 * @throws SwarmError `bad_record`
 */
export const foldBlocks = async (
  lines: AsyncIterable<RecordLine> | Iterable<RecordLine>,
  blocks: number,
  name: string,
): Promise<MeasuredRun[]> => {
  const folds = Array.from({ length: blocks }, () => createSummary());
  const turns = new Map<string, number>();
  let header: HeaderLine | null = null;
  const turnOf = (identity: string): number => {
    const turn = turns.get(identity) ?? turns.size % blocks;
    turns.set(identity, turn);
    return turn;
  };
  for await (const line of lines) {
    if (line.type === 'header') header = line;
    for (const fold of takers(line, folds, header, turnOf)) fold.add(line);
  }
  return folds.map((fold, index) => {
    const summary = fold.result();
    const decision = decideVerdict(summary, resolveThresholds(summary.scenario));
    return { name: `${name}, part ${index + 1} of ${blocks}`, summary, decision };
  });
};

const takers = (
  line: RecordLine,
  folds: readonly SummaryFold[],
  header: HeaderLine | null,
  turnOf: (identity: string) => number,
): readonly SummaryFold[] => {
  if (line.type === 'participant' || (line.type === 'event' && line.identity !== undefined)) {
    return folds.slice(turnOf(line.identity ?? '')).slice(0, 1);
  }
  if (line.type !== 'sample' && line.type !== 'server') return folds;
  if (header === null) return [];
  const { fromMs, toMs } = stretchOf(header.plan);
  const block = Math.floor(
    ((line.at - line.intervalMs / 2 - fromMs) / (toMs - fromMs)) * folds.length,
  );
  return block < 0 ? [] : folds.slice(block, block + 1);
};

/**
 * Part of a run that is divided into blocks: the steady window, or the whole run where that window
 * is less than half of it, because participants join and leave. In a whole run, parts differ more,
 * and fewer changes are reported.
 */
const stretchOf = ({
  windows,
  lastJoinAtMs,
  endAtMs,
}: Pick<PlanFacts, 'windows' | 'lastJoinAtMs' | 'endAtMs'>) => {
  const steady = windows.find(({ name }) => name === 'steady') ?? {
    fromMs: lastJoinAtMs,
    toMs: endAtMs,
  };
  return steady.toMs - steady.fromMs >= endAtMs / 2 ? steady : { fromMs: 0, toMs: endAtMs };
};
