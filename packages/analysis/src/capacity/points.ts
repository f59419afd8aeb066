import { median } from 'simple-statistics';
import type { CapacityPoint, CapacityResult, StepFacts, StepMeasures } from './result.ts';
import { stateOf, weightOf } from './sequential-test.ts';

/** Loads that were run, in ascending order, each with the runs of all repeated searches. */
export const pointsOf = (steps: readonly StepFacts[]): CapacityPoint[] =>
  [...Map.groupBy(steps, ({ load }) => load)]
    .sort(([a], [b]) => a - b)
    .flatMap(([load, all]): CapacityPoint[] => {
      const telling = all.filter(({ evidence }) => evidence !== null);
      const shown = telling.length > 0 ? telling : all;
      const [first] = shown;
      if (first === undefined) return [];
      const weight = telling.reduce(
        (sum, { evidence }) => sum + (evidence === null ? 0 : weightOf(evidence)),
        0,
      );
      return [
        {
          load,
          state: stateOf(weight),
          runs: telling.length,
          inconclusive: all.length - telling.length,
          planned: first.planned,
          measured: medians(shown.map(({ measured }) => measured)),
        },
      ];
    });

const medians = (all: readonly StepMeasures[]): StepMeasures => {
  const of = (key: keyof StepMeasures): number | null => {
    const values = all.flatMap((one) => one[key] ?? []);
    return values.length === 0 ? null : median(values);
  };
  return {
    joined: of('joined') ?? 0,
    joinTimeP95Ms: of('joinTimeP95Ms'),
    joinFailures: of('joinFailures'),
    loss: of('loss'),
    uplinkLoss: of('uplinkLoss'),
    jitterP95Ms: of('jitterP95Ms'),
    latencyP95Ms: of('latencyP95Ms'),
    cpuCores: of('cpuCores'),
    busiestNodeCores: of('busiestNodeCores'),
    memoryBytes: of('memoryBytes'),
    bitsUp: of('bitsUp'),
    bitsDown: of('bitsDown'),
    packetsUp: of('packetsUp'),
    packetsDown: of('packetsDown'),
    drops: of('drops'),
    nodes: of('nodes') ?? 0,
  };
};

/**
 * Costs of one more room and of one more participant: slopes over the carried loads, or, for a
 * single load, its measures divided by its size.
 */
export const costsOf = (points: readonly CapacityPoint[]): CapacityResult['costs'] => {
  const carried = points.filter(({ state }) => state === 'carried' || state === 'probably-carried');
  const per = (what: 'rooms' | 'participants', key: keyof StepMeasures): number | null =>
    slopeOf(
      carried.flatMap(({ planned, measured }) => {
        const value = measured[key];
        return value === null ? [] : [[planned[what], value] as const];
      }),
    );
  return {
    cpuPerRoom: per('rooms', 'cpuCores'),
    cpuPerParticipant: per('participants', 'cpuCores'),
    memoryPerRoom: per('rooms', 'memoryBytes'),
    memoryPerParticipant: per('participants', 'memoryBytes'),
    bitsDownPerParticipant: per('participants', 'bitsDown'),
    bitsUpPerParticipant: per('participants', 'bitsUp'),
  };
};

/**
 * Slope between the smallest and the largest load: the difference leaves out what a node uses
 * without load. A single load yields its ratio.
 */
const slopeOf = (pairs: readonly (readonly [number, number])[]): number | null => {
  const [first, last] = [pairs[0], pairs.at(-1)];
  if (first === undefined || last === undefined) return null;
  const [fromX, fromY] = first;
  const [toX, toY] = last;
  if (toX > fromX) return Math.max(0, (toY - fromY) / (toX - fromX));
  return toX > 0 ? toY / toX : null;
};
