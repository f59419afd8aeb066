import { SwarmError } from '@livekit-swarm/settings';
import {
  type Capability,
  type Component,
  type Platform,
  waitUntil,
} from '../../targets/platform.ts';

const POLL_MS = 20;

/** Whether the component exits within that time. */
export const waitForExit = async (
  platform: Platform,
  component: Component,
  withinMs: number,
): Promise<boolean> =>
  waitUntil(async () => (await platform.pid(component)) === null, { withinMs, everyMs: POLL_MS });

/** SIGTERM, and SIGKILL after `graceMs`. @throws SwarmError `process_not_terminated` */
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

/** In parallel; throws the first error after all have ended. */
export const forAll = async (
  components: readonly Component[],
  act: (component: Component) => Promise<void>,
): Promise<void> => {
  const results = await Promise.allSettled(components.map(act));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/** Null when the platform has all of these capabilities; else the first reason. */
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
