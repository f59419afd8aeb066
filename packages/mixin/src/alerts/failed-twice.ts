import type { Names } from '../config/names.ts';

/**
 * Selects probes that failed at least twice within half an hour, the last one included. A gauge
 * keeps the value of the last probe until the next one, so a single failed probe would hold for
 * minutes. `changes` can count probes; `increase` extrapolates.
 */
export const failedTwice = ({ cluster }: Pick<Names, 'cluster'>): string =>
  `and on (${cluster}, target, module, node)
(changes(livekit_swarm_probe_runs_total{result="failure"}[30m]) - resets(livekit_swarm_probe_runs_total{result="failure"}[30m]) >= 2)`;
