import type { VerdictDecision } from '@livekit-swarm/analysis';
import type { Rehearsal, ScaleFacts, ScaleObjective, ScaleReason } from './rehearsal.ts';
import type { ScaleObjectives } from './scaler-file.ts';

/** Share of the time without an answer from which the scaler was blind. */
const MOST_UNREADABLE = 0.1;

/** Share of the time in which an autoscaler could not read its metrics. */
const MOST_INACTIVE = 0.1;

type Decision = Pick<VerdictDecision, 'verdict' | 'health'> & {
  /** Texts of the thresholds of the scenario that were crossed. */
  crossed: readonly string[];
  /** Codes of the reasons of the verdict. */
  codes: readonly string[];
};

/**
 * Decides whether a scaler keeps up. What the load generator itself may have caused, or what was
 * never put to the test, is unknown.
 */
export const decideAnswer = (
  facts: ScaleFacts,
  limits: ScaleObjectives,
  { verdict, health, crossed, codes }: Decision,
  interrupted: boolean,
): Pick<Rehearsal, 'answer' | 'reasons' | 'objectives'> => {
  const objectives = objectivesOf(facts, limits);
  const misses: ScaleReason[] = [
    ...objectives
      .filter(({ met }) => !met)
      .map((objective) => ({ code: 'objective', objective }) as const),
    ...crossed.map((threshold) => ({ code: 'threshold', threshold }) as const),
  ];
  // A slow load generator cannot have improved a load that passed, and cannot have caused one that
  // failed: see verdict.ts.
  const isImpaired =
    health.length > 0 &&
    (verdict === 'inconclusive' || (verdict === 'passed' && misses.length > 0));
  const doubts: ScaleReason[] = [];
  if (interrupted) doubts.push({ code: 'interrupted' });
  if (isImpaired) {
    const findings = [...new Set(health.map(({ code }) => code))];
    doubts.push({ code: 'generator', findings });
  }
  if (facts.unreadable > MOST_UNREADABLE)
    doubts.push({ code: 'unreadable', share: facts.unreadable, unnamed: facts.unnamed });
  const { inactiveMs, inactiveReason } = facts.autoscaler ?? {
    inactiveMs: 0,
    inactiveReason: null,
  };
  if (inactiveReason !== null && inactiveMs > MOST_INACTIVE * facts.durationMs)
    doubts.push({
      code: 'autoscaler_inactive',
      share: inactiveMs / facts.durationMs,
      message: inactiveReason,
    });
  if (facts.steps.every(({ from, to }) => to < from) && facts.removed.every(isByScaler))
    doubts.push({ code: 'nothing_rehearsed' });
  if (verdict === 'inconclusive' && doubts.length === 0)
    doubts.push({ code: 'load_inconclusive', codes: [...codes] });
  if (doubts.length > 0) return { answer: 'unknown', reasons: [...doubts, ...misses], objectives };
  return { answer: misses.length > 0 ? 'no' : 'yes', reasons: misses, objectives };
};

const isByScaler = ({ why }: ScaleFacts['removed'][number]): boolean => why === 'scale';

const objectivesOf = (
  { joins, overloadedMs, removed, reversals, steps }: ScaleFacts,
  limits: ScaleObjectives,
): ScaleObjective[] => {
  const of = (key: 'lost' | 'slow'): number =>
    joins.before[key] + joins.during[key] + joins.after[key];
  const cut = removed.reduce((sum, { participantsCut }) => sum + participantsCut, 0);
  const measured = {
    joinsLost: of('lost'),
    slowJoins: of('slow'),
    overloaded: overloadedMs,
    callsCut: cut,
    reversals,
    ...(limits.firstRoom !== undefined && { firstRoom: longestFirstRoom(steps) }),
  };
  return (Object.keys(measured) as (keyof typeof measured)[]).map((code) => {
    const value = measured[code] ?? null;
    const limit = limits[code] ?? 0;
    return { code, measured: value, limit, met: value !== null && value <= limit };
  });
};

/** Longest time from the crossing to the first room on a new node, ms; null: a node had none. */
const longestFirstRoom = (steps: readonly ScaleFacts['steps'][number][]): number | null => {
  const times = steps.flatMap(({ crossedAt, nodes }) =>
    crossedAt === null
      ? []
      : nodes.map(({ firstRoomAt }) => (firstRoomAt === null ? null : firstRoomAt - crossedAt)),
  );
  return times.includes(null) ? null : Math.max(0, ...times.map((time) => time ?? 0));
};
