import type { Faults } from '../drill/schema/fault.ts';
import type { Member, Target } from '../targets/target.ts';
import { sampleParams } from './sample-params.ts';

/** A fault, and whether it could be injected. */
export interface FaultPossibility {
  fault: string;
  /** Parts it could be done to. */
  possible: string[];
  /** Parts it could not be done to, and why. */
  impossible: { member: string; why: string }[];
}

/** Asks every fault about every part that it is for; changes nothing. A deployment that has no such part has neither. */
export const possibleFaults = async (
  target: Target,
  members: readonly Member[],
  faults: Faults,
): Promise<FaultPossibility[]> => {
  const found: FaultPossibility[] = [];
  for (const fault of faults.values()) {
    const params = sampleParams(fault);
    const answers: { member: Member; why: string | null }[] = [];
    for (const member of members.filter(({ kind }) => fault.on.includes(kind))) {
      answers.push({ member, why: await fault.available(target, member, params) });
    }
    found.push({
      fault: fault.name,
      possible: answers.flatMap(({ member, why }) => (why === null ? [member.name] : [])),
      impossible: answers.flatMap(({ member, why }) =>
        why === null ? [] : [{ member: member.name, why }],
      ),
    });
  }
  return found;
};
