import { missingAny } from './effects/process-control.ts';
import type { DescribedFault, NoParams } from './fault.ts';
import { kill } from './kill.ts';

/** Nodes lose their message bus and their registry. Without an append-only file it comes back knowing nothing. */
export const redisKill: DescribedFault<NoParams> = {
  ...kill,
  name: 'redis-kill',
  description: 'SIGKILL, and gone until it is healed; without persistence it comes back empty',
  requires: ['signal', 'hold', 'start'],
  targets: ['redis'],
  unavailable: (target, member) => missingAny(target, member, ['signal', 'hold', 'start']),
  lasts: true,
};
