import { drawDuration } from '../executors/duration-distribution.ts';
import type { Permission, TrackSourceName } from '../permission.ts';
import type { Random } from '../random.ts';
import { sourceOf as grantedSourceOf } from '../role-keys/grants.ts';
import type { RoleSpec } from '../role-keys/registry.ts';
import type { TrackPlan } from '../track-plan.ts';
import type { ActionSpec, ActionStep, PlannedAction, PlannedStep } from './action-spec.ts';
import { actionSourceOf } from './action-spec.ts';

type Acting = Pick<RoleSpec, 'actions' | 'publish' | 'data' | 'subscribe' | 'grants'>;

/**
 * Largest number of actions of all participants together: a plan is held in memory, and sent to
 * workers.
 */
export const MAX_ACTIONS = 500_000;

/** Planned session of a participant, ms after the start of the run. */
export interface SessionSpan {
  joinAtMs: number;
  leaveAtMs: number;
}

/**
 * Actions of one participant during its session, in order of time. Actions after its end are left out;
 * a disappearance ends it. Each action has a separate random stream, so that changing one does not
 * change the others.
 */
export const planActions = (
  role: Acting,
  { joinAtMs, leaveAtMs }: SessionSpan,
  random: (action: number) => Random,
): PlannedAction[] => {
  const planned = (role.actions ?? []).flatMap((spec, index) =>
    timesOf(spec, joinAtMs, leaveAtMs, random(index)).flatMap(
      ({ fromMs, toMs }): PlannedAction[] => {
        const undo = toMs === null ? null : undoOf(spec.step, role);
        return [
          { atMs: fromMs, ...spec.step },
          ...(undo !== null && toMs !== null && toMs < leaveAtMs ? [{ atMs: toMs, ...undo }] : []),
        ];
      },
    ),
  );
  planned.sort((a, b) => a.atMs - b.atMs);
  let permission: Permission = permissionAtJoin(role);
  for (const action of planned) {
    if (action.do !== 'permit') continue;
    // The room service replaces the whole permission.
    permission = { ...permission, ...action.permission };
    action.permission = permission;
  }
  const end = planned.findIndex((action) => action.do === 'disappear');
  return end < 0 ? planned : planned.slice(0, end + 1);
};

const timesOf = (
  spec: ActionSpec,
  joinAtMs: number,
  leaveAtMs: number,
  random: Random,
): { fromMs: number; toMs: number | null }[] => {
  const times: { fromMs: number; toMs: number | null }[] = [];
  let fromMs = joinAtMs + drawDuration(spec.at, random);
  while (fromMs < leaveAtMs && times.length <= MAX_ACTIONS) {
    const lastsMs = spec.for === null ? null : drawDuration(spec.for, random);
    times.push({ fromMs, toMs: lastsMs === null ? null : fromMs + lastsMs });
    if (spec.every === null) break;
    // An action does not begin again before it was undone.
    fromMs += Math.max(drawDuration(spec.every, random), (lastsMs ?? 0) + 1);
  }
  return times;
};

/** Name of a step in events and metrics. */
export const actionName = (step: ActionStep): string =>
  step.do === 'simulate' ? `simulate-${step.simulate}` : step.do;

const UNDONE_BY: Partial<Record<ActionStep['do'], ActionStep['do']>> = {
  mute: 'unmute',
  unmute: 'mute',
  publish: 'unpublish',
  unpublish: 'publish',
};

/** Names of an action and of the step that undoes it. */
export const actionNames = ({ step, for: lasting }: ActionSpec): string[] => {
  const undone = lasting === null ? undefined : UNDONE_BY[step.do];
  return [actionName(step), ...(undone === undefined ? [] : [undone])];
};

/** Step that undoes an action; null: it cannot be undone. */
export const undoOf = (step: ActionStep, role: Acting): ActionStep | null => {
  switch (step.do) {
    case 'mute':
      return { do: 'unmute', source: step.source };
    case 'unmute':
      return { do: 'mute', source: step.source };
    case 'publish':
      return { do: 'unpublish', source: actionSourceOf(step.track) };
    case 'unpublish': {
      const track = role.publish.find((one) => actionSourceOf(one) === step.source);
      return track === undefined ? null : { do: 'publish', track };
    }
    case 'permit': {
      const before = permissionAtJoin(role);
      return {
        do: 'permit',
        permission: Object.fromEntries(
          Object.keys(step.permission).map((key) => [key, before[key as keyof Permission]]),
        ),
      };
    }
    case 'simulate':
      return step.simulate === 'subscriber-bandwidth' ? { ...step, bandwidthBps: 0 } : null;
    case 'set':
    case 'change-address':
    case 'disappear':
    case 'join-again':
      return null;
  }
};

/**
 * Permission in the token: everything that the role needs at its join, unless its grants state
 * otherwise.
 */
const permissionAtJoin = ({ publish, data, subscribe, grants, actions = [] }: Acting) => {
  const { canPublish, canPublishSources, canPublishData, canSubscribe, canUpdateOwnMetadata } =
    grants;
  const sources = canPublishSources ?? publishableSources(publish, actions.map(stepOf));
  return {
    canPublish: canPublish ?? sources.length > 0,
    canPublishSources: sources,
    canPublishData: canPublishData ?? data !== null,
    canSubscribe: canSubscribe ?? subscribe,
    canUpdateOwnMetadata: canUpdateOwnMetadata ?? actions.some(({ step }) => step.do === 'set'),
  };
};

const stepOf = ({ step }: ActionSpec): ActionStep => step;

/**
 * Sources that a token must allow: those published at the join, and those that actions publish. If
 * an action grants a permission, the sources of actions are not in the token: the grant would have
 * no effect.
 */
export const publishableSources = (
  publish: readonly TrackPlan[],
  steps: readonly PlannedStep[],
): TrackSourceName[] => {
  const isGranted = steps.some((step) => step.do === 'permit');
  const later = isGranted
    ? []
    : steps.flatMap((step) => (step.do === 'publish' ? [step.track] : []));
  return [...new Set([...publish, ...later].map(grantedSourceOf))];
};
