/** Changes of the set of nodes. */
import { duration, strict } from '@livekit-swarm/settings';
import type { z } from 'zod';
import { drainKeys, drainNodes, startDrained } from './effects/drain-node.ts';
import { findDown } from './effects/effect-check.ts';
import { forAll, missingAny, terminateComponent } from './effects/process-control.ts';
import type { DescribedFault, FaultContext } from './fault.ts';

const addParams = strict({
  grace: duration()
    .prefault('5s')
    .describe('Longest drain at the rollback, from SIGTERM until the node is ended.'),
});

/** Node that joins the cluster under load: it takes new rooms, and existing rooms stay. */
export const addNode: DescribedFault<z.output<typeof addParams>> = {
  name: 'add-node',
  description: 'starts a node that did not run: the cluster has one more',
  rollbackDescription: 'drain the node and end it',
  // A node that its service manager starts again would stay after the rollback.
  requires: ['signal', 'stay_down', 'start'],
  targets: ['node'],
  params: addParams,
  example: {},
  lasts: false,
  // The node that runs from then on is not affected by anything.
  durationOf: () => 0,
  unavailable: async (platform, component) =>
    (await platform.instance(component)) === null
      ? missingAny(platform, component, ['signal', 'stay_down', 'start'])
      : `${component.name} runs already: write target: spare-node, in a lab that the drill starts with lab: { spare: 1 }, or name a container or unit that is stopped`,
  inject: ({ platform, components }) =>
    forAll(components, (component) => platform.start(component)),
  missingEffect: async ({ platform }, component) =>
    (await platform.instance(component)) === null ? 'does_not_run' : null,
  // Which process it has is not known before the injection.
  rollbackSteps: () => [{ step: 'rollback' }],
  rollback: ({ platform, components, params }) =>
    forAll(components, async (component) => {
      if ((await platform.instance(component)) !== null)
        await terminateComponent(platform, component, params.grace);
    }),
};

const removeParams = strict(drainKeys());

/**
 * Removal of a node, as when a cluster shrinks: first from the load balancer, so that no new signal
 * connection leads to it, then by a drain. Unlike `drain`, it is gone until the end of the drill.
 */
export const removeNode: DescribedFault<z.output<typeof removeParams>> = {
  name: 'remove-node',
  description:
    'takes a node out for good: a lab removes it from the load balancer; then SIGTERM, and SIGKILL at the end of the drain',
  rollbackDescription: 'start the node; a lab gives it back to the load balancer',
  requires: ['signal', 'stay_down', 'start'],
  targets: ['node'],
  params: removeParams,
  example: { grace: '1s' },
  lasts: false,
  unavailable: (platform, component) =>
    missingAny(platform, component, ['signal', 'stay_down', 'start']),
  inject: async (context) => {
    await useNodes(context, false);
    await drainNodes(context);
  },
  missingEffect: ({ platform }, component) => findDown(platform, component),
  rollbackSteps: () => [{ step: 'terminate_drained' }, { step: 'start' }],
  rollback: async (context) => {
    try {
      await startDrained(context);
    } finally {
      // Its health checks keep connections away from a node that did not start.
      await useNodes(context, true);
    }
  },
};

/** Lets the load balancer send new connections to the nodes, or not, where the drill controls it. */
const useNodes = (
  { platform: { balancer }, components }: FaultContext<unknown>,
  use: boolean,
): Promise<void> => forAll(components, async (node) => balancer?.useNode?.(node, use));
