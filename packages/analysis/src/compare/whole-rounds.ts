import { isComparable, type RecordedRun } from './comparability.ts';

/** Rounds of which both runs can be compared. */
export const wholeRounds = (
  base: readonly RecordedRun[],
  current: readonly RecordedRun[],
): [RecordedRun[], RecordedRun[]] => {
  const rounds = base.flatMap((one, round) => {
    const other = current[round];
    return other !== undefined && isComparable(one) && isComparable(other)
      ? [[one, other] as const]
      : [];
  });
  return [rounds.map(([one]) => one), rounds.map(([, other]) => other)];
};
