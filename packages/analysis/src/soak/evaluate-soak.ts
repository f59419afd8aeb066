import { mean } from 'simple-statistics';
import { alphaOfLook, type Increment, LEAST_INCREMENTS, type Slope, slopeOf } from './slope.ts';
import {
  type CycleDeparture,
  DEFAULT_TOLERANCES,
  type IdleNode,
  type IdleReading,
  type ResourceFinding,
  SOAK_RESOURCES,
  type SoakCycle,
  type SoakFinding,
  type SoakReason,
  type SoakResource,
  type SoakResult,
  type Tolerances,
} from './soak.ts';

/** Probability that a soak of a server without a leak reports one. */
const ALPHA = 0.01;

/** Share of failed joins above which the load is not the intended one. */
const MOST_FAILED = 0.05;

/** Smallest step of a reading of each resource. The kernel counts memory in pages of 4 KiB. */
const STEPS: Readonly<Record<SoakResource, number>> = {
  goroutines: 1,
  descriptors: 1,
  memoryBytes: 4_096,
};

export interface SoakOptions {
  tolerances: Tolerances;
  /** Ways of leaving, which alternate. */
  departures: readonly CycleDeparture[];
  /**
   * Number of first cycles that do not count: caches fill, and the runtime of the server sizes its
   * heap.
   */
  warmUpCycles: number;
  /** True if no more cycles follow. */
  isLast: boolean;
}

/**
 * Evaluates the cycles so far. It may be called after each of them: repeated evaluation makes the
 * result no less certain.
 */
export const evaluateSoak = (cycles: readonly SoakCycle[], options: SoakOptions): SoakResult => {
  const { tolerances, departures, warmUpCycles, isLast } = options;
  const all = stepsOf(cycles, warmUpCycles);
  const steps = all.filter(({ departure }) => departure !== null);
  const ways = departures.length > 1 ? departures : [];
  const look = isLast ? null : Math.max(1, cycles.length - warmUpCycles);
  const alpha = alphaOfLook(ALPHA / (SOAK_RESOURCES.length * (1 + ways.length)), look);
  const resources = SOAK_RESOURCES.map((resource): ResourceFinding => {
    const tolerance = tolerances[resource];
    const slope = (chosen: readonly Step[]): Slope =>
      slopeOf(incrementsOf(chosen, resource), STEPS[resource], alpha);
    const judge = (chosen: readonly Step[], found: Slope): SoakFinding =>
      isMeasured(cycles, resource)
        ? findingOf(found, incrementsOf(chosen, resource), tolerance)
        : 'not_measured';
    const overall = slope(steps);
    return {
      resource,
      tolerance,
      finding: judge(steps, overall),
      overall,
      byDeparture: ways.map((departure) => {
        const own = steps.filter((step) => step.departure === departure);
        const found = slope(own);
        return { departure, finding: judge(own, found), slope: found };
      }),
    };
  });
  const generator = slopeOf(
    all.map(({ generatorBytes, joins }) => ({ amount: generatorBytes, joins })),
    STEPS.memoryBytes,
    alpha,
  );
  return {
    ...verdictOf(cycles, { warmUpCycles, resources, steps: steps.length, ways: departures.length }),
    warmUpCycles,
    cycles,
    resources,
    generator,
  };
};

/**
 * Slope of a resource by the evaluation after the last cycle. If a soak ended early, its own
 * interval is wider, because it allows for every evaluation.
 * @returns null if the resource was not measured
 */
export const slopeAfterAll = (
  { cycles, warmUpCycles, resources }: SoakResult,
  resource: SoakResource,
): Slope | null => {
  const found = resources.find((one) => one.resource === resource);
  if (found === undefined || found.finding === 'not_measured') return null;
  const tolerances = { ...DEFAULT_TOLERANCES, [resource]: found.tolerance };
  const departures = [...new Set(cycles.map(({ departure }) => departure))];
  const { resources: final } = evaluateSoak(cycles, {
    tolerances,
    departures,
    warmUpCycles,
    isLast: true,
  });
  return final.find((one) => one.resource === resource)?.overall ?? null;
};

/**
 * Returns true if further cycles cannot change the verdict: a leak is certain, or it is certain
 * that no resource leaks more than is tolerated.
 */
export const isDecided = ({ verdict, resources }: SoakResult): boolean =>
  verdict === 'failed' ||
  (verdict === 'passed' && resources.every(({ finding }) => finding !== 'uncertain'));

/** Change between two successive readings at rest. */
interface Step {
  /**
   * Way of leaving of all cycles of the step; null: there are several, or the reading before it
   * followed another one.
   */
  departure: CycleDeparture | null;
  joins: number;
  before: IdleReading;
  after: IdleReading;
  generatorBytes: number;
}

/**
 * Steps between readings at rest. A cycle after which the server was not at rest in time is joined
 * with the next one.
 */
const stepsOf = (cycles: readonly SoakCycle[], warmUpCycles: number): Step[] => {
  const steps: Step[] = [];
  let before: SoakCycle | null = null;
  let joins = 0;
  let departures = new Set<CycleDeparture>();
  for (const cycle of cycles.slice(Math.max(0, warmUpCycles - 1))) {
    if (before !== null) {
      joins += cycle.joins;
      departures.add(cycle.departure);
    }
    if (!cycle.reading.isIdle) continue;
    if (before !== null)
      steps.push({
        departure:
          departures.size === 1 && before.departure === cycle.departure ? cycle.departure : null,
        joins,
        before: before.reading,
        after: cycle.reading,
        generatorBytes: cycle.generatorBytes - before.generatorBytes,
      });
    before = cycle;
    joins = 0;
    departures = new Set();
  }
  return steps;
};

const incrementsOf = (steps: readonly Step[], resource: SoakResource): Increment[] =>
  steps.flatMap(({ before, after, joins }) => {
    const [was, is] = [totalOf(before.nodes, resource), totalOf(after.nodes, resource)];
    return was === null || is === null || joins === 0 ? [] : [{ amount: is - was, joins }];
  });

/** Sum over all nodes; null if a node lacks the resource. */
const totalOf = (nodes: readonly IdleNode[], resource: SoakResource): number | null =>
  nodes.length === 0
    ? null
    : nodes.reduce<number | null>((total, node) => {
        const value = node[resource];
        return total === null || value === undefined ? null : total + value;
      }, 0);

const isMeasured = (cycles: readonly SoakCycle[], resource: SoakResource): boolean =>
  cycles.length > 0 && cycles.every(({ reading }) => totalOf(reading.nodes, resource) !== null);

/**
 * Finding of a resource. A heap that still grows to its size has a slope, too; so a leak requires
 * that the second half of the increments shows it as well.
 */
const findingOf = (
  { low, high }: Slope,
  increments: readonly Increment[],
  tolerance: number,
): SoakFinding => {
  if (low === null || high === null) return 'uncertain';
  const later = increments.slice(Math.floor(increments.length / 2));
  const lasts = mean(later.map(({ amount, joins }) => (amount / joins) * 1_000)) > tolerance;
  if (low > tolerance && lasts) return 'leaks';
  return high <= tolerance ? 'clean' : 'uncertain';
};

const verdictOf = (
  cycles: readonly SoakCycle[],
  {
    warmUpCycles,
    resources,
    steps,
    ways,
  }: { warmUpCycles: number; resources: readonly ResourceFinding[]; steps: number; ways: number },
): Pick<SoakResult, 'verdict' | 'reasons'> => {
  const inconclusive = (...reasons: SoakReason[]) =>
    ({ verdict: 'inconclusive', reasons }) as const;
  const restarted = restartedNode(cycles);
  if (restarted !== null) return inconclusive({ code: 'server_restarted', node: restarted });
  const leaks = resources.flatMap(leaksOf);
  if (leaks.length > 0) return { verdict: 'failed', reasons: leaks };
  const counted = cycles.slice(warmUpCycles);
  const rested = counted.filter(({ reading }) => reading.isIdle).length;
  if (counted.length >= LEAST_INCREMENTS && rested < counted.length / 2)
    return inconclusive({ code: 'never_at_rest', cycles: counted.length - rested });
  if (steps < LEAST_INCREMENTS)
    return inconclusive({
      code: 'too_few_cycles',
      cycles: cycles.length,
      // Only the second of two successive cycles with the same way of leaving counts.
      least: warmUpCycles + LEAST_INCREMENTS * (ways > 1 ? 2 : 1),
    });
  const joins = counted.reduce((sum, cycle) => sum + cycle.joins, 0);
  const failed = counted.reduce((sum, cycle) => sum + cycle.joinsFailed, 0);
  if (failed > joins * MOST_FAILED)
    return inconclusive({ code: 'joins_failed', share: failed / joins });
  const open = resources.flatMap(({ resource, finding }): SoakReason[] =>
    finding === 'uncertain' || finding === 'not_measured' ? [{ code: finding, resource }] : [],
  );
  // Every livekit-server has the number of goroutines.
  const isBlind = resources.some(
    ({ resource, finding }) => resource === 'goroutines' && finding === 'not_measured',
  );
  if (isBlind || open.some(({ code }) => code === 'uncertain')) return inconclusive(...open);
  return { verdict: 'passed', reasons: [{ code: 'no_leak' }, ...open] };
};

/** Ways of leaving that leak; if no single one is certain, the mix of all ways. */
const leaksOf = ({ resource, finding, overall, byDeparture }: ResourceFinding): SoakReason[] => {
  const ways = byDeparture
    .filter((way) => way.finding === 'leaks')
    .map(
      ({ departure, slope }) => ({ code: 'leak', resource, departure, slope }) satisfies SoakReason,
    );
  if (ways.length > 0) return ways;
  return finding === 'leaks' ? [{ code: 'leak', resource, departure: null, slope: overall }] : [];
};

const restartedNode = (cycles: readonly SoakCycle[]): string | null => {
  const ids = new Map<string, string | null>();
  for (const { reading } of cycles) {
    for (const { node, id } of reading.nodes) {
      const known = ids.get(node);
      if (known !== undefined && known !== id) return node;
      ids.set(node, id);
    }
  }
  return null;
};
