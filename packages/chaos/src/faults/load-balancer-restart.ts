import type { DescribedFault } from './fault.ts';
import { type RestartParams, restart } from './restart.ts';

/** Every signal connection that goes through it breaks at once; media does not go through it. */
export const loadBalancerRestart: DescribedFault<RestartParams> = {
  ...restart,
  name: 'load-balancer-restart',
  description:
    'the load balancer is ended and started again: every signal connection through it breaks',
  targets: ['load-balancer'],
};
