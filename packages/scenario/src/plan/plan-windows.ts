import type { Window } from '@livekit-swarm/metrics';
import { formatDuration, usageError } from '@livekit-swarm/settings';
import type { ParticipantPlan } from '../plan.ts';
import type { NamedWindow } from '../scenario.ts';

type SessionSpan = Pick<ParticipantPlan, 'joinAtMs' | 'leaveAtMs'>;

/**
 * Shortest steady window, ms: samples are taken once per second, and the first and last one are
 * left out.
 */
const MIN_STEADY_MS = 3_000;

/**
 * Time in which the load is complete: from the last scheduled join to the first leave. If
 * participants leave before the last join: the interval without scheduled joins and leaves that has
 * the most participant time (participants × duration). If none is long enough: from the first join
 * to the last leave.
 */
export const steadyWindow = (
  sessions: readonly SessionSpan[],
): { fromMs: number; toMs: number } => {
  const joins = Float64Array.from(sessions, ({ joinAtMs }) => joinAtMs).sort();
  const leaves = Float64Array.from(sessions, ({ leaveAtMs }) => leaveAtMs).sort();
  const last = sessions.length - 1;
  const [firstJoin = 0, lastJoin = 0, firstLeave = 0, lastLeave = 0] = [
    joins[0],
    joins[last],
    leaves[0],
    leaves[last],
  ];
  if (firstLeave >= lastJoin) return { fromMs: lastJoin, toMs: firstLeave };
  let best = { fromMs: firstJoin, toMs: lastLeave, participantMs: 0 };
  let fromMs = firstJoin;
  for (let join = 0, leave = 0; leave < sessions.length; ) {
    const toMs = Math.min(
      joins[join] ?? Number.POSITIVE_INFINITY,
      leaves[leave] ?? Number.POSITIVE_INFINITY,
    );
    const participantMs = (join - leave) * (toMs - fromMs);
    if (toMs - fromMs >= MIN_STEADY_MS && participantMs > best.participantMs)
      best = { fromMs, toMs, participantMs };
    while (join < sessions.length && (joins[join] ?? 0) <= toMs) join++;
    while (leave < sessions.length && (leaves[leave] ?? 0) <= toMs) leave++;
    fromMs = toMs;
  }
  return { fromMs: best.fromMs, toMs: best.toMs };
};

/**
 * Named windows of the scenario.
 * @throws SwarmError `usage` if one begins after the end of the run, where nothing can be measured
 */
export const customWindows = (windows: readonly NamedWindow[], endAtMs: number): Window[] =>
  windows.map(({ name, fromMs, toMs }) => {
    if (fromMs >= endAtMs) {
      throw usageError(
        `windows: "${name}" begins ${formatDuration(fromMs)} into the run, but the run ends after ${formatDuration(endAtMs)}`,
        'make it begin earlier, or the groups last longer',
      );
    }
    return { name, fromMs, toMs: Math.min(toMs ?? endAtMs, endAtMs), source: 'custom' };
  });
