import { missingAny } from './effects/process-control.ts';
import type { DescribedFault, NoParams } from './fault.ts';
import { kill } from './kill.ts';

/** Nodes lose their message bus and their registry. Without an append-only file Redis restarts empty. */
export const redisKill: DescribedFault<NoParams> = {
  ...kill,
  name: 'redis-kill',
  description: 'SIGKILL; down until rollback; without persistence Redis restarts empty',
  requires: ['signal', 'stay_down', 'start'],
  targets: ['redis'],
  unavailable: (platform, component) =>
    missingAny(platform, component, ['signal', 'stay_down', 'start']),
  lasts: true,
};
