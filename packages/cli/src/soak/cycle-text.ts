import type { SoakCycle, SoakResult } from '@livekit-swarm/analysis/soak';
import { formatNumber, plural } from '@livekit-swarm/settings';

/** One line of progress. */
export const cycleText = (
  { departure, joins, reading }: SoakCycle,
  { cycles, resources }: SoakResult,
): string => {
  const goroutines = reading.nodes.reduce((sum, node) => sum + (node.goroutines ?? 0), 0);
  const overall = resources.find(({ resource }) => resource === 'goroutines')?.overall;
  const slope =
    overall === undefined || overall.low === null
      ? ''
      : `; ${formatNumber(Math.round(overall.perThousand) + 0)} remain per 1,000 joins`;
  return `cycle ${cycles.length}: ${plural(joins, 'join')}, ${departure}; ${plural(goroutines, 'goroutine')} ${reading.isIdle ? 'at rest' : 'and not at rest in time'}${slope}`;
};
