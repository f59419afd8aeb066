import type { DescribedFault } from './fault.ts';
import { type RestartParams, restart } from './restart.ts';

/** Every signal connection through it closes at once; media does not pass it. */
export const loadBalancerRestart: DescribedFault<RestartParams> = {
  ...restart,
  name: 'load-balancer-restart',
  description: 'restarts the load balancer: every signal connection through it closes',
  targets: ['load-balancer'],
};
