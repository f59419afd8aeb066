import { SwarmError } from '@livekit-swarm/settings';
import {
  type Capability,
  type Component,
  type Platform,
  waitUntil,
} from '../../targets/platform.ts';

const POLL_MS = 20;

/** Returns true when the component exits within this time. */
export const waitForExit = async (
  platform: Platform,
  component: Component,
  withinMs: number,
): Promise<boolean> =>
  waitUntil(async () => (await platform.pid(component)) === null, { withinMs, everyMs: POLL_MS });

/** Sends SIGTERM, and SIGKILL after `graceMs`. @throws SwarmError `process_not_terminated` */
export const terminateComponent = async (
  platform: Platform,
  component: Component,
  graceMs: number,
): Promise<void> => {
  if (graceMs > 0) {
    await platform.signal(component, 'SIGTERM');
    if (await waitForExit(platform, component, graceMs)) return;
  }
  await platform.signal(component, 'SIGKILL');
  if (await waitForExit(platform, component, 10_000)) return;
  throw new SwarmError(
    'process_not_terminated',
    `${component.name} still runs after SIGKILL`,
    'see what blocks it ("ps", state D)',
  );
};

const POLL_INSTANCE_MS = 100;

/**
 * Terminates a component as `terminateComponent` does, but only the instance that the fault was
 * injected into; one that was started since stays. No effect on a component that did not run at the
 * injection.
 */
export const terminateInstance = async (
  platform: Platform,
  component: Component,
  graceMs: number,
): Promise<void> => {
  const { instance, name } = component;
  if (instance === null) return;
  const isGone = async (): Promise<boolean> => (await platform.instance(component)) !== instance;
  for (const [signal, withinMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 10_000],
  ] as const) {
    if (await isGone()) return;
    await platform.signal(component, signal);
    if (await waitUntil(isGone, { withinMs, everyMs: POLL_INSTANCE_MS })) return;
  }
  throw new SwarmError(
    'process_not_terminated',
    `${name} still runs after SIGKILL`,
    'see what blocks it ("ps", state D)',
  );
};

/** Runs an action for all components in parallel; throws the first error after all have ended. */
export const forAll = async (
  components: readonly Component[],
  act: (component: Component) => Promise<void>,
): Promise<void> => {
  const results = await Promise.allSettled(components.map(act));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/** First reason for which the platform lacks one of these capabilities; null: it has all. */
export const missingAny = async (
  platform: Platform,
  component: Component,
  capabilities: readonly Capability[],
): Promise<string | null> => {
  for (const capability of capabilities) {
    const why = await platform.missingCapability(capability, component);
    if (why !== null) return why;
  }
  return null;
};
