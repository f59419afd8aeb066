import type { Component, Platform } from '../targets/target.ts';
import { forAll, missingAny, terminateComponent } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './fault.ts';

/** LiveKit's own patience with what still goes on after the second SIGTERM, ms. */
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
  unavailable: (target, member) => missingAny(target, member, ['signal', 'start']),
  inject: ({ platform, components }) =>
    forAll(components, (member) => platform.signal(member, 'SIGTERM')),
  rollback: ({ platform, components }) =>
    forAll(components, async (member) => {
      // The second SIGTERM.
      if (await isStillTheOldOne(platform, member))
        await terminateComponent(platform, member, LEAVES_WITHIN_MS);
      await platform.start(member);
    }),
};

/** A node has another id after each start, so nobody is ended twice. */
const isStillTheOldOne = async (
  target: Platform,
  { name, nodeId }: Component,
): Promise<boolean> => {
  if (nodeId === null) return false;
  const members = await target.components();
  return members.find((member) => member.name === name)?.nodeId === nodeId;
};
