import type { Window } from '@livekit-swarm/metrics';
import { formatDuration, usageError } from '@livekit-swarm/settings';
import type { ParticipantPlan } from '../plan.ts';
import type { NamedWindow } from '../scenario.ts';

type Stay = Pick<ParticipantPlan, 'joinAtMs' | 'leaveAtMs'>;

/** A stretch in which nobody comes or goes must hold this many samples to be worth looking at, ms: one a second, and the first and last are cut. */
const STEADY_LEAST_MS = 3_000;

/**
 * When the crowd is what it was meant to be. Where everybody has come before anybody leaves, from then to then. Otherwise the stretch in which nobody is
 * due to come or go that holds the most of the crowd's time (people × duration). Where people come and go all the time there is none that is long enough:
 * then from the first join to the last leave.
 */
export const steadyWindow = (stays: readonly Stay[]): { fromMs: number; toMs: number } => {
  const joins = Float64Array.from(stays, ({ joinAtMs }) => joinAtMs).sort();
  const leaves = Float64Array.from(stays, ({ leaveAtMs }) => leaveAtMs).sort();
  const last = stays.length - 1;
  const [firstJoin = 0, lastJoin = 0, firstLeave = 0, lastLeave = 0] = [
    joins[0],
    joins[last],
    leaves[0],
    leaves[last],
  ];
  if (firstLeave >= lastJoin) return { fromMs: lastJoin, toMs: firstLeave };
  let best = { fromMs: firstJoin, toMs: lastLeave, crowdMs: 0 };
  let fromMs = firstJoin;
  for (let join = 0, leave = 0; leave < stays.length; ) {
    const toMs = Math.min(
      joins[join] ?? Number.POSITIVE_INFINITY,
      leaves[leave] ?? Number.POSITIVE_INFINITY,
    );
    const crowdMs = (join - leave) * (toMs - fromMs);
    if (toMs - fromMs >= STEADY_LEAST_MS && crowdMs > best.crowdMs)
      best = { fromMs, toMs, crowdMs };
    while (join < stays.length && (joins[join] ?? 0) <= toMs) join++;
    while (leave < stays.length && (leaves[leave] ?? 0) <= toMs) leave++;
    fromMs = toMs;
  }
  return { fromMs: best.fromMs, toMs: best.toMs };
};

/**
 * The parts of the run that the scenario named.
 * @throws SwarmError `usage` when one begins after everybody has left: nothing could ever be measured in it
 */
export const customWindows = (windows: readonly NamedWindow[], endAtMs: number): Window[] =>
  windows.map(({ name, fromMs, toMs }) => {
    if (fromMs >= endAtMs) {
      throw usageError(
        `windows: "${name}" begins ${formatDuration(fromMs)} into the run, but the run ends after ${formatDuration(endAtMs)}`,
        'let it begin earlier, or the groups last longer',
      );
    }
    return { name, fromMs, toMs: Math.min(toMs ?? endAtMs, endAtMs), source: 'custom' };
  });
