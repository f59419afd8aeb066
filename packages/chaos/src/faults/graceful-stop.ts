import type { Member, Target } from '../targets/target.ts';
import { endMember, forAll, lacksAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './no-params.ts';

/** LiveKit's own patience with what still goes on after the second SIGTERM, ms. */
const LEAVES_WITHIN_MS = 3_000;

/** A rolling update, as the first SIGTERM begins it: LiveKit takes no new rooms and waits until those it has are empty, however long that takes. */
export const gracefulStop: DescribedFault<NoParams> = {
  name: 'graceful-stop',
  description:
    'one SIGTERM: it takes nobody new, and LiveKit stays until its rooms are empty, which may be never',
  healing: 'what still waits is ended, and it is started again',
  needs: ['signal', 'start'],
  on: ['node', 'balancer', 'turn'],
  params: noParams,
  lasts: false,
  available: (target, member) => lacksAny(target, member, ['signal', 'start']),
  inject: ({ target, members }) => forAll(members, (member) => target.signal(member, 'SIGTERM')),
  heal: ({ target, members }) =>
    forAll(members, async (member) => {
      // The second SIGTERM.
      if (await isStillTheOldOne(target, member)) await endMember(target, member, LEAVES_WITHIN_MS);
      await target.start(member);
    }),
};

/** A node has another id after each start, so nobody is ended twice. */
const isStillTheOldOne = async (target: Target, { name, nodeId }: Member): Promise<boolean> => {
  if (nodeId === null) return false;
  const members = await target.members();
  return members.find((member) => member.name === name)?.nodeId === nodeId;
};
