import type { NetworkTrouble } from '../../targets/target.ts';
import type { DescribedFault } from '../fault.ts';
import { forAll } from './process-control.ts';

/**
 * The same fault, for targets whose packets somebody else drops or holds when asked to as well (Chaos Mesh, for pods).
 * @param trouble what is asked for
 */
export const askedFor = <Params>(
  fault: DescribedFault<Params>,
  trouble: (params: Params) => NetworkTrouble,
): DescribedFault<Params> => ({
  ...fault,
  available: async (target, member, params) =>
    target.network === undefined
      ? fault.available(target, member, params)
      : target.network.lacks(member, trouble(params)),
  inject: async (context) => {
    const { target, members, id, params, durationMs } = context;
    const { network } = target;
    if (network === undefined) return fault.inject(context);
    await forAll(members, (member) => network.request(member, id, trouble(params), durationMs));
  },
  heal: async (context) => {
    const { target, members, id } = context;
    const { network } = target;
    if (network === undefined) return fault.heal(context);
    await forAll(members, (member) => network.withdraw(member, id));
  },
});
