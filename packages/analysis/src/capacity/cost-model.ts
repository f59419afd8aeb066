import { nonNegativeLeastSquares } from './nnls.ts';
import type { CapacityResult, CostModel, Features, PlannedLoad } from './result.ts';
import { COST_MODEL_SCHEMA } from './result.ts';

/** Load, and the CPU that all nodes used for it. */
export interface CostPoint {
  load: Features;
  cpuCores: number;
}

/** Points of one scenario at several sizes. */
export interface Shape {
  scenario: string;
  points: CostPoint[];
}

const FEATURES = [
  'participants',
  'tracksUp',
  'tracksDown',
  'packetsUp',
  'packetsDown',
] as const satisfies (keyof Features)[];

/**
 * Typical costs: cores that livekit-server 1.13 needs for one more of each feature, and without
 * load (`base`), fitted to ten loads of five shapes (docs/capacity.md). Only their proportions
 * matter: on a processor that is twice as fast, every cost is half as large. They decide what the
 * measured points leave open, because two shapes do not determine five costs.
 */
const TYPICAL: Features & { base: number } = {
  base: 0.009,
  participants: 1.2e-3,
  tracksUp: 3e-3,
  tracksDown: 1e-4,
  packetsUp: 2.7e-5,
  packetsDown: 1.4e-5,
};

/**
 * Weight of the typical proportions against one point: a cost that differs from its proportion by a
 * tenth counts as much as a point that the model misses by a fiftieth.
 */
const TRUST_IN_TYPICAL = 0.2;

export const featuresOf = (load: PlannedLoad): Features => ({
  participants: load.participants,
  tracksUp: load.tracksUp,
  tracksDown: load.tracksDown,
  packetsUp: load.packetsUp,
  packetsDown: load.packetsDown,
});

/** Predicts the CPU of a node for a load, cores. */
export const predictCpu = (
  { base, cores }: Pick<CostModel, 'base' | 'cores'>,
  load: Features,
): number => FEATURES.reduce((sum, feature) => sum + cores[feature] * load[feature], base);

/**
 * Fits the model to the points of one shape or more.
 * @param about server and processor for which the model is valid
 * @returns null if there are fewer than two points
 */
export const fitCostModel = (
  shapes: readonly Shape[],
  about: Pick<CostModel, 'serverVersion' | 'cpu'>,
): CostModel | null => {
  const usable = shapes.filter(({ points }) => points.length > 0);
  if (usable.length === 0 || usable.flatMap(({ points }) => points).length < 2) return null;
  const fitted = coefficients(usable.flatMap(({ points }) => points));
  const others = usable.map((left) => usable.filter((shape) => shape !== left));
  return {
    schema: COST_MODEL_SCHEMA,
    ...fitted,
    shapes: usable.map(({ scenario, points }) => ({
      scenario,
      points: points.length,
      error: largestError(fitted, points),
    })),
    crossError:
      usable.length < 2
        ? null
        : Math.max(
            ...usable.map(({ points }, index) =>
              largestError(
                coefficients((others[index] ?? []).flatMap((one) => one.points)),
                points,
              ),
            ),
          ),
    ...about,
  };
};

/** Largest relative error of the model at the points. */
const largestError = (
  model: Pick<CostModel, 'base' | 'cores'>,
  points: readonly CostPoint[],
): number =>
  points.reduce(
    (most, { load, cpuCores }) =>
      Math.max(most, Math.abs(predictCpu(model, load) - cpuCores) / cpuCores),
    0,
  );

/**
 * Fits the costs by least squares of relative errors, so that small loads count as much as large
 * ones.
 */
const coefficients = (points: readonly CostPoint[]): Pick<CostModel, 'base' | 'cores'> => {
  const typical = [TYPICAL.base, ...FEATURES.map((feature) => TYPICAL[feature])];
  const rows = points.map(({ load, cpuCores }) =>
    [1, ...FEATURES.map((feature) => load[feature])].map(
      (value, index) => (value * (typical[index] ?? 0)) / cpuCores,
    ),
  );
  const sums = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  // Factor between the measured and the typical costs, the same for all costs.
  const speed =
    sums.reduce((sum, value) => sum + value, 0) /
    sums.reduce((sum, value) => sum + value * value, 0);
  const kept = typical.map((_, index) =>
    typical.map((__, other) => (other === index ? TRUST_IN_TYPICAL / speed : 0)),
  );
  const x = nonNegativeLeastSquares(
    [...rows, ...kept],
    [...points.map(() => 1), ...typical.map(() => TRUST_IN_TYPICAL)],
  );
  const cost = (index: number): number => (x[index] ?? 0) * (typical[index] ?? 0);
  return {
    base: cost(0),
    cores: {
      participants: cost(1),
      tracksUp: cost(2),
      tracksDown: cost(3),
      packetsUp: cost(4),
      packetsDown: cost(5),
    },
  };
};

/**
 * Points of a result to which a model can be fitted: only those of loads that were carried, because
 * a node serves an exceeded load in part.
 */
export const shapeOf = ({
  scenario,
  points,
}: Pick<CapacityResult, 'scenario' | 'points'>): Shape => ({
  scenario,
  points: points.flatMap(({ state, planned, measured }) =>
    measured.cpuCores === null ||
    measured.cpuCores <= 0 ||
    !(state === 'carried' || state === 'probably-carried')
      ? []
      : [{ load: featuresOf(planned), cpuCores: measured.cpuCores }],
  ),
});
