import type { Component, Platform } from '../targets/platform.ts';
import { forAll, missingAny, terminateComponent } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** LiveKit's own grace period after the second SIGTERM, ms. */
const LEAVES_WITHIN_MS = 3_000;

/** A rolling update as the first SIGTERM starts it: LiveKit accepts no new rooms and waits until its rooms are empty, however long that takes. */
export const gracefulStop: DescribedFault<NoParams> = {
  name: 'graceful-stop',
  description:
    'one SIGTERM: the node drains: it accepts no new rooms and exits when its rooms are empty',
  rollbackDescription: 'terminate and start the process',
  requires: ['signal', 'start'],
  targets: ['node', 'load-balancer', 'turn'],
  params: noParams,
  lasts: false,
  unavailable: (platform, component) => missingAny(platform, component, ['signal', 'start']),
  inject: ({ platform, components }) =>
    forAll(components, (component) => platform.signal(component, 'SIGTERM')),
  rollback: ({ platform, components }) =>
    forAll(components, async (component) => {
      // The second SIGTERM.
      if (await isUnchanged(platform, component))
        await terminateComponent(platform, component, LEAVES_WITHIN_MS);
      await platform.start(component);
    }),
};

/** A node has another ID after each start: only the one that was asked to stop is terminated. */
const isUnchanged = async (platform: Platform, { name, nodeId }: Component): Promise<boolean> => {
  if (nodeId === null) return false;
  const components = await platform.components();
  return components.find((component) => component.name === name)?.nodeId === nodeId;
};
