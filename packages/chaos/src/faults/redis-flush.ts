import { SwarmError } from '@livekit-swarm/settings';
import type { Member, Target } from '../targets/target.ts';
import { forAll } from './effects/process-control.ts';
import { flushRedis } from './effects/redis-command.ts';
import type { DescribedFault } from './fault.ts';
import { type NoParams, noParams } from './no-params.ts';

/** Somebody's FLUSHALL, or a failover to a replica that had nothing: Redis runs, and knows no room, no node and no route. */
export const redisFlush: DescribedFault<NoParams> = {
  name: 'redis-flush',
  description: 'FLUSHALL: Redis forgets everything and goes on',
  healing:
    'nothing can be taken back: nodes register anew by themselves, rooms that were known are not known any more',
  needs: [],
  on: ['redis'],
  params: noParams,
  lasts: false,
  takes: () => 0,
  available: async (_target, member) =>
    member.ports?.tcp[0] === undefined ? `it is not known where ${member.name} listens` : null,
  inject: ({ target, members }) => forAll(members, (member) => flush(target, member)),
  heal: async () => {},
};

const flush = async (target: Target, member: Member): Promise<void> => {
  const port = member.ports?.tcp[0];
  if (port === undefined)
    throw new SwarmError('not_available', `it is not known where ${member.name} listens`);
  await flushRedis(target, member, port);
};
