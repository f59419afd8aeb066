import { lacksAny } from './effects/process-control.ts';
import type { DescribedFault } from './fault.ts';
import { kill } from './kill.ts';
import type { NoParams } from './no-params.ts';

/** Nodes lose their message bus and their registry. Without an append-only file it comes back knowing nothing. */
export const redisKill: DescribedFault<NoParams> = {
  ...kill,
  name: 'redis-kill',
  description: 'SIGKILL, and gone until it is healed; without persistence it comes back empty',
  needs: ['signal', 'hold', 'start'],
  on: ['redis'],
  available: (target, member) => lacksAny(target, member, ['signal', 'hold', 'start']),
  lasts: true,
};
