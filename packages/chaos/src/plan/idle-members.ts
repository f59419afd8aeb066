import type { Member, Target } from '../targets/target.ts';

/** Names of parts that do not run now. A drill goes on without them; what it shows is not what it would show of the whole deployment. */
export const idleMembers = async (
  target: Target,
  members: readonly Member[],
): Promise<string[]> => {
  const pids = await Promise.all(members.map((member) => target.pid(member)));
  return members.flatMap(({ name }, index) => (pids[index] === null ? [name] : []));
};
