import type { PodFault } from '../../targets/platform.ts';
import type { DescribedFault } from '../fault.ts';
import { forAll } from './process-control.ts';

/**
 * Adds a second way to cause a fault: a controller of the platform, which also ends the fault on its
 * own.
 */
export const requestedPodFault = <Params>(
  fault: DescribedFault<Params>,
  request: (params: Params) => PodFault,
  /** Waits until the component works again, after the controller has rolled back. */
  restore: (context: Parameters<typeof fault.rollback>[0]) => Promise<void> = async () => {},
): DescribedFault<Params> => ({
  ...fault,
  unavailable: async (platform, component, params) =>
    platform.pods === undefined
      ? fault.unavailable(platform, component, params)
      : platform.pods.missingCapability(component, request(params)),
  inject: async (context) => {
    const { platform, components, id, params, expiresAfterMs } = context;
    const { pods } = platform;
    if (pods === undefined) return fault.inject(context);
    await forAll(components, (component) =>
      pods.request(component, id, request(params), expiresAfterMs),
    );
  },
  missingEffect: async (context, component, atEnd) => {
    const { platform, id, params } = context;
    return platform.pods === undefined
      ? fault.missingEffect(context, component, atEnd)
      : platform.pods.missing(component, id, request(params));
  },
  rollbackSteps: (context, component) =>
    context.platform.pods === undefined ? fault.rollbackSteps(context, component) : [],
  rollback: async (context) => {
    const { platform, components, id, params } = context;
    const { pods } = platform;
    if (pods === undefined) return fault.rollback(context);
    await forAll(components, (component) => pods.withdraw(component, id, request(params)));
    await restore(context);
  },
});
