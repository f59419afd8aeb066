import { formatDuration } from '@livekit-swarm/settings';
import type { Drill, FailedProbe, Objectives } from '../drill/drill.ts';
import { firstAlerts } from './first-alerts.ts';
import type { Recovery } from './recovery.ts';

/** One objective, what was asked, and what came. */
export interface Finding {
  objective: keyof Objectives;
  failing: FailedProbe;
  ok: boolean;
  /** `at most 15 s`. */
  asked: string;
  /** `18.2 s`, `never`. */
  found: string;
}

/** Holds what a drill measured against what it asks. Objectives that are not asked, or of which there is nothing, give no finding. */
export const findingsOf = (
  { objectives, newcomers }: Pick<Drill, 'objectives' | 'newcomers'>,
  recovery: Recovery,
): Finding[] => checksOf(recovery, newcomers !== null).flatMap((check) => check(objectives) ?? []);

type Limited = Exclude<keyof Objectives, 'alertsWithinMs'>;
type Check = (objectives: Objectives) => Finding | null;

const checksOf = (recovery: Recovery, withNewcomers: boolean): Check[] => {
  const rto = (objective: 'rtoP50Ms' | 'rtoP95Ms' | 'rtoMaxMs', value: number): Check =>
    atMost(
      objective,
      'rto',
      recovery.pairsHit === 0 ? 0 : recovery.rto === null ? null : value,
      seconds,
    );
  const afterwards = recovery.newcomers.filter(({ window }) => window === 'recovery');
  const arrived = recovery.newcomers.filter(({ failure }) => failure === null);
  const blind = afterwards.filter(
    ({ failure, sees, present, hears, speaking }) =>
      failure === null && (sees < present || hears < speaking),
  );
  return [
    rto('rtoP50Ms', recovery.rto?.p50 ?? 0),
    rto('rtoP95Ms', recovery.rto?.p95 ?? 0),
    rto('rtoMaxMs', recovery.rto?.max ?? 0),
    atMost('neverRecovered', 'never-recovered', recovery.neverRecovered, plain),
    atMost('roomsLost', 'rooms-lost', recovery.roomsLost, plain),
    atMost('splitBrain', 'split-brain', recovery.roomsSplit, plain),
    atMost('controlGapMs', 'control-rooms', recovery.controlGapMs, seconds),
    atLeast(
      'newcomersIn',
      'newcomers',
      withNewcomers ? share(arrived.length, recovery.newcomers.length) : null,
      percent,
    ),
    atMost('newcomersBlind', 'newcomers', withNewcomers ? blind.length : 0, plain),
    (objectives) =>
      recovery.ghosts === null
        ? null
        : atMost('ghosts', 'ghosts', recovery.ghosts.length, plain)(objectives),
    atMost(
      'disconnected',
      'disconnected',
      recovery.participants.filter(({ disconnected }) => disconnected).length,
      plain,
    ),
    ({ alertsWithinMs }) => alertsInTime(alertsWithinMs, recovery),
  ];
};

/** All of them are one objective: `LiveKitNodeDown after 31.2 s, LiveKitGhostRooms never`. */
const alertsInTime = (asked: Objectives['alertsWithinMs'], recovery: Recovery): Finding | null => {
  const limits = Object.entries(asked);
  if (limits.length === 0) return null;
  const fired = firstAlerts(recovery);
  const cameOf = (name: string): string => {
    const came = fired.get(name) ?? 'never';
    return `${name} ${came === 'never' ? 'never' : came === 'before' ? 'fired before the fault' : `after ${seconds(came)}`}`;
  };
  return {
    objective: 'alertsWithinMs',
    failing: 'alerts',
    ok: limits.every(([name, limit]) => {
      const came = fired.get(name);
      return typeof came === 'number' && came <= limit;
    }),
    asked: limits.map(([name, limit]) => `${name} within ${formatDuration(limit)}`).join(', '),
    found: limits.map(([name]) => cameOf(name)).join(', '),
  };
};

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

const plain = (value: number): string => String(value);
const seconds = (ms: number): string =>
  ms === 0 ? '0 s' : `${(ms / 1_000).toFixed(ms < 9_950 ? 2 : 1)} s`;
const percent = (ratio: number): string => `${(100 * ratio).toFixed(ratio === 1 ? 0 : 1)} %`;

/** @param value null: it never came to an end, which is more than any limit */
const atMost =
  (
    objective: Limited,
    failing: FailedProbe,
    value: number | null,
    words: (value: number) => string,
  ): Check =>
  (objectives) => {
    const limit = objectives[objective];
    if (limit === null) return null;
    const asked = `at most ${words(limit)}`;
    return {
      objective,
      failing,
      ok: value !== null && value <= limit,
      asked,
      found: value === null ? 'never' : words(value),
    };
  };

/** @param value null: there was nothing to count */
const atLeast =
  (
    objective: Limited,
    failing: FailedProbe,
    value: number | null,
    words: (value: number) => string,
  ): Check =>
  (objectives) => {
    const limit = objectives[objective];
    if (limit === null) return null;
    return {
      objective,
      failing,
      ok: value !== null && value >= limit,
      asked: `at least ${words(limit)}`,
      found: value === null ? 'none' : words(value),
    };
  };
