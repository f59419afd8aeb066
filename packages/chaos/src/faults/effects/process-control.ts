import { setTimeout as sleep } from 'node:timers/promises';
import { SwarmError } from '@livekit-swarm/settings';
import type { Member, Target } from '../../targets/target.ts';

/** Between two SIGTERMs: LiveKit takes two that come at once for one. */
const BETWEEN_MS = 200;
const POLL_MS = 20;

/** Resolves when the member does not run any more, or false after `withinMs`. */
export const untilGone = async (
  target: Target,
  member: Member,
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
export const terminateTwice = async (target: Target, member: Member): Promise<void> => {
  await target.signal(member, 'SIGTERM');
  await sleep(BETWEEN_MS);
  await target.signal(member, 'SIGTERM');
};

/** Ends it as a service manager does: asks, and kills what has not gone after `graceMs`. @throws SwarmError `not-ended` */
export const endMember = async (target: Target, member: Member, graceMs: number): Promise<void> => {
  if (graceMs > 0) {
    await target.signal(member, 'SIGTERM');
    if (await untilGone(target, member, graceMs)) return;
  }
  await target.signal(member, 'SIGKILL');
  if (await untilGone(target, member, 10_000)) return;
  throw new SwarmError(
    'not_ended',
    `${member.name} is still there after SIGKILL`,
    'see what keeps it',
  );
};

/** All of them, at once; the first error after all have been tried. */
export const forAll = async (
  members: readonly Member[],
  act: (member: Member) => Promise<void>,
): Promise<void> => {
  const results = await Promise.allSettled(members.map(act));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/** Null when the target has all of these. */
export const lacksAny = async (
  target: Target,
  member: Member,
  abilities: readonly Parameters<Target['lacks']>[0][],
): Promise<string | null> => {
  for (const ability of abilities) {
    const why = await target.lacks(ability, member);
    if (why !== null) return why;
  }
  return null;
};
