import { z } from 'zod';
import {
  type Drill,
  type Objectives,
  objectiveCode,
  objectiveName,
  type RoleObjectives,
} from '../drill/drill.ts';
import { firstAlerts } from './alerts.ts';
import { stateLost } from './continuity.ts';
import type { JoinProbeResult, Recovery } from './recovery.ts';

/** Objective with one limit. */
export type LimitedObjective = Exclude<keyof Objectives, 'alertsWithinMs' | 'roles'>;

/** Schema of one objective: its limit, and the measured value. */
export const objectiveResult = z
  .union([
    z.object({
      objective: objectiveName.exclude(['alertsWithinMs', 'roles']),
      code: objectiveCode,
      met: z.boolean(),
      limit: z.number().describe('A maximum; of joinProbesConnected a minimum.'),
      measured: z
        .number()
        .nullable()
        .describe('Null: not recovered; of joinProbesConnected: there was no join probe.'),
      role: z.string().exactOptional().describe('Present for the objective of one role.'),
      direction: z.enum(['receiving', 'publishing']).exactOptional(),
    }),
    z.object({
      objective: z.literal('alertsWithinMs'),
      code: objectiveCode,
      met: z.boolean(),
      alerts: z.array(
        z.object({
          name: z.string(),
          withinMs: z.number(),
          firedAfterMs: z
            .number()
            .nullable()
            .describe('Time after the first fault. Null: not fired.'),
          firedBefore: z.boolean().describe('It was firing already when the fault was injected.'),
        }),
      ),
    }),
  ])
  .meta({ id: 'ObjectiveResult' });

export type ObjectiveResult = z.infer<typeof objectiveResult>;

/** Compares measurements with the required objectives of the drill. */
export const evaluateObjectives = (
  { objectives, joinProbes }: Pick<Drill, 'objectives' | 'joinProbes'>,
  recovery: Recovery,
): ObjectiveResult[] => {
  const timeToRecover = (quantile: 'p50' | 'p95' | 'max'): number | null =>
    recovery.subscriptionsInterrupted === 0 ? 0 : (recovery.timeToRecover?.[quantile] ?? null);
  const connected = recovery.joinProbes.filter(({ failure }) => failure === null);
  const incomplete = recovery.joinProbes.filter(
    (probe) => probe.window === 'recovery' && probe.failure === null && !isComplete(probe),
  );

  const results: ObjectiveResult[] = [];
  const limited = (
    objective: LimitedObjective,
    code: ObjectiveResult['code'],
    measured: number | null,
    meets: (measured: number, limit: number) => boolean,
  ): void => {
    const limit = objectives[objective];
    if (limit === null) return;
    const met = measured !== null && meets(measured, limit);
    results.push({ objective, code, met, limit, measured });
  };
  const atMost = (
    objective: LimitedObjective,
    code: ObjectiveResult['code'],
    measured: number | null,
  ): void => limited(objective, code, measured, (value, limit) => value <= limit);

  atMost('timeToRecoverP50Ms', 'time_to_recover', timeToRecover('p50'));
  atMost('timeToRecoverP95Ms', 'time_to_recover', timeToRecover('p95'));
  atMost('timeToRecoverMaxMs', 'time_to_recover', timeToRecover('max'));
  atMost('subscriptionsNotRecovered', 'not_recovered', recovery.subscriptionsNotRecovered);
  atMost('roomsWithoutMedia', 'rooms_without_media', recovery.roomsWithoutMedia);
  atMost('splitBrain', 'split_brain', recovery.roomsSplit);
  atMost('controlGroupInterruptionMs', 'control_group', recovery.controlGroupInterruptionMs);
  limited(
    'joinProbesConnected',
    'join_probes',
    joinProbes === null || recovery.joinProbes.length === 0
      ? null
      : connected.length / recovery.joinProbes.length,
    (share, limit) => share >= limit,
  );
  atMost('joinProbesWithoutMedia', 'join_probes', joinProbes === null ? 0 : incomplete.length);
  if (recovery.ghostRooms !== null) atMost('ghostRooms', 'ghost_rooms', recovery.ghostRooms.length);
  atMost(
    'disconnected',
    'disconnected',
    recovery.participants.filter(({ disconnected }) => disconnected).length,
  );
  atMost('invariantViolations', 'invariants', recovery.violations.length);
  const { continuity, conversations } = recovery;
  // A drill that requires something of conversations, and has none, has heard no agent.
  const hasNone = conversations.length === 0;
  const silences = conversations.map(({ silenceMs }) => silenceMs);
  atMost(
    'agentSilenceMaxMs',
    'agent_silence',
    hasNone || silences.includes(null) ? null : Math.max(...silences.map((ms) => ms ?? 0)),
  );
  const lost = conversations.filter(({ isLost }) => isLost).length;
  atMost('conversationsLost', 'conversations_lost', hasNone ? null : lost);
  if (continuity !== null) {
    atMost('rtoMs', 'rto', continuity.rtoMs);
    atMost('rpoMs', 'rpo', continuity.rpoMs);
    atMost('stateLost', 'state_lost', stateLost(continuity));
  }
  results.push(...objectives.roles.flatMap((required) => roleResults(required, recovery)));
  const alerts = alertResults(objectives.alertsWithinMs, recovery);
  if (alerts.length > 0) {
    const met = alerts.every(
      ({ firedAfterMs, withinMs }) => firedAfterMs !== null && firedAfterMs <= withinMs,
    );
    results.push({ objective: 'alertsWithinMs', code: 'alerts', met, alerts });
  }
  return results;
};

/** Results of the objectives of one role and direction. */
const roleResults = (required: RoleObjectives, { roles }: Recovery): ObjectiveResult[] => {
  const { role, direction } = required;
  const found = roles.find((one) => one.role === role && one.direction === direction);
  const { interrupted = 0, notRecovered = 0 } = found ?? {};
  const timeToRecover = (quantile: 'p50' | 'p95' | 'max'): number | null =>
    interrupted === 0 ? 0 : (found?.timeToRecover?.[quantile] ?? null);
  const atMost = (
    objective: Exclude<keyof RoleObjectives, 'role' | 'direction'>,
    code: ObjectiveResult['code'],
    measured: number | null,
  ): ObjectiveResult[] => {
    const limit = required[objective];
    if (limit === null) return [];
    const met = measured !== null && measured <= limit;
    return [{ objective, code, met, limit, measured, role, direction }];
  };
  return [
    ...atMost('timeToRecoverP50Ms', 'time_to_recover', timeToRecover('p50')),
    ...atMost('timeToRecoverP95Ms', 'time_to_recover', timeToRecover('p95')),
    ...atMost('timeToRecoverMaxMs', 'time_to_recover', timeToRecover('max')),
    ...atMost('subscriptionsNotRecovered', 'not_recovered', notRecovered),
  ];
};

/**
 * Returns true when a join probe saw, and received media of, all participants that were present
 * meanwhile.
 */
export const isComplete = ({
  remoteParticipants,
  expectedParticipants,
  receivingFrom,
  publishing,
}: JoinProbeResult): boolean =>
  remoteParticipants >= expectedParticipants && receivingFrom >= publishing;

type AlertResult = Extract<ObjectiveResult, { objective: 'alertsWithinMs' }>['alerts'][number];

const alertResults = (
  required: Objectives['alertsWithinMs'],
  recovery: Pick<Recovery, 'alerts' | 'faults'>,
): AlertResult[] => {
  const fired = firstAlerts(recovery);
  return Object.entries(required).map(([name, withinMs]) => {
    const first = fired.get(name) ?? null;
    return {
      name,
      withinMs,
      firedAfterMs: first === 'before' ? null : first,
      firedBefore: first === 'before',
    };
  });
};
