/** Faults of the processes of components, by signals and starts, or by a scheduler. */
import { setTimeout as sleep } from 'node:timers/promises';
import { duration, strict } from '@livekit-swarm/settings';
import type { z } from 'zod';
import { type Capability, COMPONENT_KINDS, type RollbackStep } from '../targets/platform.ts';
import { drainKeys, drainNodes, startDrained } from './effects/drain-node.ts';
import { findDown, findStopped, findTerminated, nothingToFind } from './effects/effect-check.ts';
import {
  forAll,
  missingAny,
  terminateComponent,
  terminateInstance,
  waitForExit,
} from './effects/process-control.ts';
import { requestedPodFault } from './effects/requested-pod-fault.ts';
import { type DescribedFault, type FaultContext, type NoParams, noParams } from './fault.ts';

const needs = (
  ...requires: Capability[]
): Pick<DescribedFault<unknown>, 'requires' | 'unavailable'> => ({
  requires,
  unavailable: (platform, component) => missingAny(platform, component, requires),
});

const sendToAll =
  (signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT') =>
  ({ platform, components }: FaultContext<unknown>): Promise<void> =>
    forAll(components, (component) => platform.signal(component, signal));

const startAll = ({ platform, components }: FaultContext<unknown>): Promise<void> =>
  forAll(components, (component) => platform.start(component));

const startStep = (): readonly RollbackStep[] => [{ step: 'start' }];

/** SIGKILL, as when a host fails or the kernel kills the process: no client is notified. */
export const kill: DescribedFault<NoParams> = {
  name: 'kill',
  description: 'SIGKILL: terminates the process immediately, without notifying clients',
  rollbackDescription: 'start the process',
  ...needs('signal', 'start'),
  targets: COMPONENT_KINDS,
  params: noParams,
  example: {},
  lasts: false,
  inject: sendToAll('SIGKILL'),
  missingEffect: ({ platform }, component) => findTerminated(platform, component),
  rollbackSteps: startStep,
  rollback: startAll,
};

/**
 * SIGKILL of Redis: nodes lose their message bus and registry. Without an append-only file Redis
 * restarts empty.
 */
export const redisKill = requestedPodFault<NoParams>(
  {
    ...kill,
    name: 'redis-kill',
    description: 'SIGKILL; down until rollback; without persistence Redis restarts empty',
    ...needs('signal', 'stay_down', 'start'),
    targets: ['redis'],
    lasts: true,
    missingEffect: ({ platform }, component) => findDown(platform, component),
  },
  () => ({ type: 'down' }),
  startAll,
);

/**
 * SIGSTOP: no progress, as when swapping; the kernel still accepts connections and packets for the
 * process.
 */
export const hang = requestedPodFault<NoParams>(
  {
    name: 'hang',
    description: 'SIGSTOP: the process makes no progress; its connections stay open',
    rollbackDescription: 'send SIGCONT',
    ...needs('pause'),
    targets: COMPONENT_KINDS,
    params: noParams,
    example: {},
    lasts: true,
    inject: sendToAll('SIGSTOP'),
    missingEffect: ({ platform }, component) => findStopped(platform, component),
    rollbackSteps: () => [{ step: 'continue' }],
    rollback: sendToAll('SIGCONT'),
  },
  () => ({ type: 'hang' }),
);

const restartParams = strict({
  grace: duration()
    .prefault('0s')
    .describe('Time between SIGTERM and SIGKILL. 0s: SIGKILL at once.'),
  down: duration().prefault('0s').describe('Time until it is started again.'),
});

type RestartParams = z.output<typeof restartParams>;

export const restart: DescribedFault<RestartParams> = {
  name: 'restart',
  description: 'stops the process and starts it again',
  rollbackDescription: 'start the process if it does not run',
  requires: ['signal', 'start'],
  targets: ['node', 'redis', 'turn', 'agent-worker', 'egress'],
  params: restartParams,
  example: {},
  variants: [{ grace: '2s' }, { down: '5s' }],
  lasts: false,
  durationOf: ({ grace, down }) => grace + down,
  // With a down time, the platform must not start the process earlier.
  unavailable: (platform, component, { down }) =>
    missingAny(
      platform,
      component,
      down > 0 ? ['signal', 'stay_down', 'start'] : ['signal', 'start'],
    ),
  inject: ({ platform, components, params: { grace, down } }) =>
    forAll(components, async (component) => {
      await terminateComponent(platform, component, grace);
      await sleep(down);
      await platform.start(component);
    }),
  missingEffect: ({ platform }, component) => findTerminated(platform, component),
  rollbackSteps: startStep,
  rollback: startAll,
};

/**
 * Restart of a load balancer: every signal connection through it closes at once. Media does not
 * pass it.
 */
export const loadBalancerRestart: DescribedFault<RestartParams> = {
  ...restart,
  name: 'load-balancer-restart',
  description: 'restarts the load balancer: every signal connection through it closes',
  targets: ['load-balancer'],
};

/** Grace period of LiveKit after the second SIGTERM, ms. */
const SECOND_SIGTERM_GRACE_MS = 3_000;

/**
 * SIGTERM, as at the start of a rolling update: LiveKit accepts no new rooms and waits until its
 * rooms are empty.
 */
export const gracefulStop: DescribedFault<NoParams> = {
  name: 'graceful-stop',
  description:
    'one SIGTERM: a node drains: it accepts no new rooms and exits when its rooms are empty; a worker of agents or egress likewise, with jobs or recordings',
  rollbackDescription: 'terminate and start the process',
  ...needs('signal', 'start'),
  targets: ['node', 'load-balancer', 'turn', 'agent-worker', 'egress'],
  params: noParams,
  example: {},
  lasts: false,
  inject: sendToAll('SIGTERM'),
  // The node drains until its rooms are empty, or has exited: nothing removes a delivered signal.
  missingEffect: nothingToFind,
  rollbackSteps: () => [{ step: 'terminate_instance' }, { step: 'start' }],
  rollback: ({ platform, components }) =>
    forAll(components, async (component) => {
      // The second SIGTERM.
      await terminateInstance(platform, component, SECOND_SIGTERM_GRACE_MS);
      await platform.start(component);
    }),
};

/** Delay between two SIGTERMs, ms: LiveKit counts two that arrive together as one. */
const BETWEEN_SIGTERMS_MS = 200;
const FORCED_EXIT_WITHIN_MS = 5_000;

/**
 * Two SIGTERMs, as a service manager or an operator that stops a node at once: LiveKit notifies its
 * participants.
 */
export const forcedStop: DescribedFault<NoParams> = {
  name: 'forced-stop',
  description: 'two SIGTERMs: the process exits immediately; LiveKit notifies its participants',
  rollbackDescription: 'start the process',
  ...needs('signal', 'second_sigterm', 'start'),
  targets: ['node', 'load-balancer', 'turn'],
  params: noParams,
  example: {},
  lasts: false,
  inject: ({ platform, components }) =>
    forAll(components, async (component) => {
      await platform.signal(component, 'SIGTERM');
      await sleep(BETWEEN_SIGTERMS_MS);
      await platform.signal(component, 'SIGTERM');
      if (!(await waitForExit(platform, component, FORCED_EXIT_WITHIN_MS)))
        await terminateComponent(platform, component, 0);
    }),
  missingEffect: ({ platform }, component) => findTerminated(platform, component),
  rollbackSteps: startStep,
  rollback: startAll,
};

const drainParams = strict(drainKeys());

/**
 * Drain, as for maintenance: of a node, or on Kubernetes of a host. LiveKit stays until its rooms
 * are empty or the grace period ends; it stays down until the rollback.
 */
export const drain: DescribedFault<z.output<typeof drainParams>> = {
  name: 'drain',
  description:
    'takes the node out: SIGTERM, and SIGKILL at the end of the drain; on Kubernetes, evicts the pod as kubectl drain does and keeps the pods of its namespace off its host',
  rollbackDescription:
    'start the node; on Kubernetes, make the host available again, and pending pods are scheduled',
  requires: ['start'],
  targets: COMPONENT_KINDS,
  params: drainParams,
  example: { grace: '1s' },
  lasts: true,
  unavailable: async (platform, component) =>
    platform.hosts === undefined
      ? missingAny(platform, component, ['signal', 'stay_down', 'start'])
      : platform.hosts.missingCapability(component),
  inject: (context) => {
    const { hosts } = context.platform;
    if (hosts === undefined) return drainNodes(context);
    return forAll(context.components, (component) =>
      hosts.drain(component, context.id, context.expiresAfterMs),
    );
  },
  missingEffect: async ({ platform, id }, component) => {
    if (platform.hosts === undefined) return findDown(platform, component);
    return (await platform.hosts.isReserved(component, id)) ? null : 'reservation_missing';
  },
  // A scheduler rolls back on its own.
  rollbackSteps: ({ platform }) =>
    platform.hosts === undefined ? [{ step: 'terminate_drained' }, { step: 'start' }] : [],
  // The rollback does not wait until the node is ready: while its rooms are occupied it has not even
  // exited.
  rollback: (context) => context.platform.hosts?.undrain(context.id) ?? startDrained(context),
};
