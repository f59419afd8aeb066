/** Changes of the set of nodes. A node is removed by the fault `drain`. */
import { duration, strict } from '@livekit-swarm/settings';
import type { z } from 'zod';
import { forAll, missingAny, terminateComponent } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';

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
