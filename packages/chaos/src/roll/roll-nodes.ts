import { setTimeout as sleep } from 'node:timers/promises';
import type {
  DrillObjective,
  DrillStopReason,
  FaultTarget,
  RollPhase,
} from '@livekit-swarm/record';
import { type ErrorCode, hasErrorCode, messageOf, SwarmError } from '@livekit-swarm/settings';
import type { StartedDeployment } from '../execute/deployment.ts';
import type { ChangeContext, Changes } from '../execute/execute-drill.ts';
import { injectTracked } from '../execute/inject-tracked.ts';
import { nodeChanged, roomsOn } from '../execute/node-steps.ts';
import type { InjectedFault } from '../execute/schedule-options.ts';
import { drainNode } from '../faults/effects/drain-node.ts';
import { findFault } from '../faults/fault.ts';
import { evaluateObjectives } from '../measure/evaluate-objectives.ts';
import type { Component, Platform } from '../targets/platform.ts';
import { RolloutFailure } from '../targets/rollout.ts';
import { passGate } from './health-gate.ts';
import type { RollRequest } from './roll-request.ts';

interface Roll {
  request: RollRequest;
  /** Spare node of a lab, which does not run before and after the roll; null: none. */
  spare: string | null;
  onProgress(line: string): void;
  /** Aborted: the preparation ends. */
  signal: AbortSignal;
}

/** Errors of a node that does not start. */
const NOT_STARTED: readonly ErrorCode[] = [
  'not_ready',
  'not_started',
  'service_ended',
  'server_ended',
  'not_healthy',
  'no_program',
  'rejected',
  'rollout_failed',
];

/**
 * Roll of a deployment, node by node: drain, change, health gate, next. It ends at the first node
 * that does not start, fails the gate or misses an objective; every node that was changed then goes
 * back.
 */
export const changesOfRoll = (roll: Roll): Changes => ({
  check: (deployment) => checkRoll(deployment, roll),
  run: (context) => runRoll(context, roll),
});

/**
 * Checks that every node can change to the release and return.
 * @throws SwarmError `usage`, `rollout_unavailable`
 */
const checkRoll = async ({ platform }: StartedDeployment, roll: Roll): Promise<void> => {
  const { request, spare, onProgress, signal } = roll;
  await stopSpare(platform, roll);
  const { rollout } = platform;
  if (rollout === undefined)
    throw refused(`what runs in ${platform.label} cannot be changed from here`);
  const nodes = (await platform.components()).filter(({ kind }) => kind === 'node');
  const changed = nodes.filter(({ name }) => name !== spare);
  if (changed.length === 0) throw refused(`${platform.label} has no node`);
  if (rollout.by === 'platform') {
    const why = await rollout.missingCapability(request.to, request.drainMs);
    if (why !== null) throw refused(why);
    assertRuns(await rollout.present(), request, platform.label);
    return;
  }
  for (const node of changed) assertRuns(await rollout.present(node), request, node.name);
  for (const node of nodes) {
    const why = await rollout.missingCapability(node, request.to);
    if (why !== null) throw refused(`${node.name}: ${why}`);
  }
  const why = (await rollout.conflict?.(nodes, request.to)) ?? null;
  if (why !== null) throw refused(why);
  await rollout.prepare?.(request.to, { onProgress, signal });
};

const refused = (why: string): SwarmError =>
  new SwarmError(
    'rollout_unavailable',
    `the roll is refused before it starts: ${why}`,
    'a roll must be able to put every node back',
  );

/** @throws SwarmError `rollout_unavailable` when the node runs another release than FROM */
const assertRuns = (present: string | null, { from }: RollRequest, where: string): void => {
  const version = from.program;
  if (present === null || version === null || runs(present, version)) return;
  throw refused(`${where} runs ${present}, not ${version}`);
};

/** Returns true when an image or version is the one that was typed: `1.13.5`, `repository:v1.13.5`. */
const runs = (present: string, typed: string): boolean => {
  const bare = (text: string): string => text.slice(text.lastIndexOf(':') + 1).replace(/^v/, '');
  if (present === typed) return true;
  // The path of a program has no version.
  if (typed.includes('/') && !typed.includes(':')) return true;
  // Kubernetes reports the version of an image, without its repository.
  if (typed.includes('/') && present.includes('/')) return false;
  return bare(present) === bare(typed);
};

const runRoll = async (context: ChangeContext, roll: Roll): ReturnType<Changes['run']> => {
  const { stop, platform } = context;
  const { request } = roll;
  const changed: InjectedFault[] = [];
  const enter = (phase: RollPhase, reason: DrillStopReason | null = null): void =>
    context.append({ event: 'roll_phase', phase, reason });
  let undoing = false;
  /** @param reason null: the roll was interrupted, or its abort condition was met */
  const beginUndo = (reason: DrillStopReason | null): void => {
    if (undoing) return;
    undoing = true;
    enter('undo', reason);
  };

  enter('forward');
  const reason = await goForward(context, roll, changed, beginUndo);
  if (reason !== null) {
    beginUndo(reason);
    for (const one of changed.toReversed()) await one.rollback();
    await stopSpare(platform, roll);
    await untilMediaFlows(context, request.gateMs);
    await settle(context, request.settleMs);
    enter('done');
    return { event: 'aborted', reason };
  }
  // An interruption rolls everything back; so does an abort condition that was met.
  const incomplete = (): Awaited<ReturnType<Changes['run']>> => {
    beginUndo(null);
    return LOAD_ENDED;
  };
  if (stop.aborted) return incomplete();
  if (!request.rollback) await drainSpare(context, roll, changed);
  await settle(context, request.settleMs);
  if (stop.aborted) return incomplete();
  let unhealthy: DrillStopReason | null = null;
  if (request.rollback) {
    enter('rollback');
    for (const one of changed) {
      if (stop.aborted) return incomplete();
      await one.rollback();
      const back = context.drill.faults[changed.indexOf(one)]?.target;
      if (back !== undefined && !isSpare(back, roll))
        unhealthy ??= await checkNodes(context, roll, back, one.id);
    }
    await drainSpare(context, roll, changed);
    await settle(context, request.settleMs);
  } else {
    const { rollout } = platform;
    const nodes = (await platform.components()).filter(({ kind }) => kind === 'node');
    // The journal comes last: until then a rollback finds nothing to undo, and removes the entry.
    if (rollout?.by === 'node') for (const node of nodes) await rollout.keep(node);
    for (const one of changed) {
      if (rollout?.by === 'platform') await rollout.keep(one.id);
      await one.keep();
    }
  }
  enter('done');
  return unhealthy === null ? null : { event: 'aborted', reason: unhealthy };
};

const LOAD_ENDED: Awaited<ReturnType<Changes['run']>> = {
  event: 'void',
  reason: {
    code: 'execution_failed',
    error: null,
    message: 'the load ended before the roll was over: everything was put back',
  },
};

/** @returns the reason for which the roll must be undone; null: every node was changed, or `stop` */
const goForward = async (
  context: ChangeContext,
  roll: Roll,
  changed: InjectedFault[],
  beginUndo: (reason: DrillStopReason | null) => void,
): Promise<DrillStopReason | null> => {
  const { drill, faults, platform, steadyState, stop } = context;
  for (const { fault: name, target, params } of drill.faults) {
    if (stop.aborted) return null;
    const fault = findFault(faults, name);
    const all = await platform.components();
    const nodes = all.filter(({ kind }) => kind === 'node');
    const components =
      target.role === 'component' ? nodes.filter((node) => node.name === target.name) : nodes;
    const label = components.map((node) => node.name).join(', ');
    for (const component of components) {
      const why = await fault.unavailable(platform, component, params);
      if (why !== null) return { code: 'node_not_ready', component: label, message: why };
    }
    const rooms = components.flatMap(({ nodeId }) => roomsOn(nodeId, steadyState)).sort();
    const failure: { reason: DrillStopReason | null } = { reason: null };
    try {
      const { injected } = await injectTracked(context, {
        fault,
        ...{ target, params, components, rooms, durationMs: null, stop },
        onFailed: (error) => {
          if (isStopped(error, stop)) return beginUndo(null);
          if (!NOT_STARTED.some((code) => hasErrorCode(error, code))) return;
          failure.reason = {
            code: 'node_not_ready',
            component: (error instanceof RolloutFailure ? error.component : null) ?? label,
            message: messageOf(error),
          };
          beginUndo(failure.reason);
        },
      });
      changed.push(injected);
      const reason = await checkNodes(context, roll, target, injected.id);
      if (reason !== null) return reason;
    } catch (error) {
      if (failure.reason === null && isStopped(error, stop)) return null;
      // A rollback that failed leaves a node changed: that is worse than a release that fails.
      if (failure.reason === null || hasErrorCode(error, 'rollback_failed')) throw error;
      return failure.reason;
    }
  }
  return null;
};

/** Returns true for the end of a rollout that was asked to stop, and was rolled back. */
const isStopped = (error: unknown, stop: AbortSignal): boolean =>
  stop.aborted && hasErrorCode(error, 'rollout_failed');

const isSpare = (target: FaultTarget, { spare }: Roll): boolean =>
  target.role === 'component' && target.name === spare;

/**
 * Checks the nodes of a target; of a platform that rolls on its own, every node: it may have other
 * names for them now.
 * @returns the reason for which the roll must be undone
 */
const checkNodes = async (
  context: ChangeContext,
  roll: Roll,
  target: FaultTarget,
  id: string,
): Promise<DrillStopReason | null> => {
  const nodes = (await context.platform.components()).filter(({ kind }) => kind === 'node');
  const checked =
    target.role === 'component' ? nodes.filter(({ name }) => name === target.name) : nodes;
  for (const { name } of checked) {
    if (context.stop.aborted) return null;
    const reason = await checkNode(context, roll, name, id);
    if (reason !== null) return reason;
  }
  return null;
};

const CHECK_EVERY_MS = 1_000;

/** Time within which participants report that media has stopped, with a margin, ms. */
const INTERRUPTIONS_SEEN_MS = 4_000;

/**
 * Health gate of a node, then the load: it must meet every objective within the time of the gate.
 * @returns the reason for which the roll must be undone
 */
const checkNode = async (
  context: ChangeContext,
  { request: { gateMs } }: Roll,
  name: string,
  id: string,
): Promise<DrillStopReason | null> => {
  const { deployment, platform, runName, stop, append, steadyState, rooms } = context;
  const room = `gate-${runName}-${id}`;
  const why = await passGate(deployment, { name }, room, { withinMs: gateMs, stop });
  if (stop.aborted) return null;
  const nodeId = (await platform.components()).find((one) => one.name === name)?.nodeId ?? null;
  const step = why === null ? 'checked' : 'check_failed';
  append(
    nodeChanged(id, { component: name, step, nodeId, version: null, detail: why }, steadyState),
  );
  if (why !== null) return { code: 'gate_failed', component: name, message: why };
  // Media that has just stopped is not reported yet.
  await settle(context, INTERRUPTIONS_SEEN_MS);
  const deadline = performance.now() + gateMs;
  for (;;) {
    const missed = missedObjectives(context);
    const isFlowing = steadyState.shareWithoutMedia(rooms) === 0;
    if (stop.aborted || (missed.length === 0 && isFlowing)) return null;
    if (performance.now() > deadline) {
      // Media that is still missing may be within the limit of its objective.
      const objectives: DrillObjective[] = missed.length === 0 ? ['not_recovered'] : missed;
      return { code: 'roll_objective_missed', component: name, objectives };
    }
    await sleep(CHECK_EVERY_MS, undefined, { signal: stop }).catch(() => {});
  }
};

/** Codes of the objectives that the load misses now. */
const missedObjectives = ({ drill, measure }: ChangeContext): DrillObjective[] => {
  const recovery = measure();
  const missed = evaluateObjectives(drill, recovery).filter(
    (result) =>
      !result.met &&
      // Alerts fire later, and the first join probe may not have ended.
      result.objective !== 'alertsWithinMs' &&
      !(result.objective === 'joinProbesConnected' && result.measured === null),
  );
  return [...new Set(missed.map(({ code }) => code))];
};

const settle = ({ stop }: ChangeContext, ms: number): Promise<void> =>
  sleep(ms, undefined, { signal: stop }).catch(() => {});

/** Resolves when every subscriber receives media again, or after this time, ms. */
const untilMediaFlows = async (context: ChangeContext, withinMs: number): Promise<void> => {
  const { steadyState, rooms, stop } = context;
  // Media that has just stopped is not reported yet.
  await settle(context, INTERRUPTIONS_SEEN_MS);
  const deadline = performance.now() + withinMs;
  while (steadyState.shareWithoutMedia(rooms) > 0 && performance.now() < deadline && !stop.aborted)
    await settle(context, CHECK_EVERY_MS);
};

const spareOf = async (platform: Platform, { spare }: Roll): Promise<Component | null> =>
  spare === null
    ? null
    : ((await platform.components()).find(({ name }) => name === spare) ?? null);

/**
 * Drains the spare node at the end of a roll, and resolves when its calls have recovered: the others
 * do without it.
 */
const drainSpare = async (
  context: ChangeContext,
  roll: Roll,
  changed: readonly InjectedFault[],
): Promise<void> => {
  const { platform, append, steadyState } = context;
  const spare = await spareOf(platform, roll);
  const [first] = changed;
  if (spare === null || first === undefined) return;
  const { drainMs: grace, end } = roll.request;
  const { name: component, nodeId } = spare;
  await drainNode(platform, spare, { grace, end }, (step) =>
    append(
      nodeChanged(
        first.id,
        { component, nodeId, version: null, detail: null, ...step },
        steadyState,
      ),
    ),
  );
  await untilMediaFlows(context, roll.request.gateMs);
};

/** Stops the spare node, which a rollback started with what it had before. */
const stopSpare = async (platform: Platform, roll: Roll): Promise<void> => {
  const spare = await spareOf(platform, roll);
  const { drainMs: grace, end } = roll.request;
  if (spare !== null) await drainNode(platform, spare, { grace, end });
};
