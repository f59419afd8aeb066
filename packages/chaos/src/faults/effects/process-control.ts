import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import type { Component, Platform } from '../../targets/target.ts';

/** Between two SIGTERMs: LiveKit takes two that come at once for one. */
const BETWEEN_MS = 200;
const POLL_MS = 20;

/** Resolves when the member does not run any more, or false after `withinMs`. */
export const waitForExit = async (
  target: Platform,
  member: Component,
  withinMs: number,
): Promise<boolean> => {
  const deadline = performance.now() + withinMs;
  while ((await target.pid(member)) !== null) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
};

/** Two SIGTERMs: LiveKit waits for its rooms to empty on the first, and goes on the second. */
export const terminateTwice = async (target: Platform, member: Component): Promise<void> => {
  await target.signal(member, 'SIGTERM');
  await sleep(BETWEEN_MS);
  await target.signal(member, 'SIGTERM');
};

/** Ends it as a service manager does: asks, and kills what has not gone after `graceMs`. @throws SwarmError `process_not_terminated` */
export const terminateComponent = async (
  target: Platform,
  member: Component,
  graceMs: number,
): Promise<void> => {
  if (graceMs > 0) {
    await target.signal(member, 'SIGTERM');
    if (await waitForExit(target, member, graceMs)) return;
  }
  await target.signal(member, 'SIGKILL');
  if (await waitForExit(target, member, 10_000)) return;
  throw new SwarmError(
    'process_not_terminated',
    `${member.name} is still there after SIGKILL`,
    'see what keeps it',
  );
};

/** All of them, at once; the first error after all have been tried. */
export const forAll = async (
  members: readonly Component[],
  act: (member: Component) => Promise<void>,
): Promise<void> => {
  const results = await Promise.allSettled(members.map(act));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/** Null when the target has all of these. */
export const missingAny = async (
  target: Platform,
  member: Component,
  abilities: readonly Parameters<Platform['missingCapability']>[0][],
): Promise<string | null> => {
  for (const ability of abilities) {
    const why = await target.missingCapability(ability, member);
    if (why !== null) return why;
  }
  return null;
};
