import { duration, strict } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import { type Traffic, trafficParams } from './effects/packet-rules.ts';
import type { DescribedFault } from './fault.ts';

export interface DelayParams extends Traffic {
  /** ms */
  delay: number;
}

/** Distance, or a queue that never empties. */
export const delay: DescribedFault<DelayParams> = {
  name: 'delay',
  description: 'every packet comes later',
  rollbackDescription: 'the rules are removed, swarm-impair is ended, and what it held arrives',
  requires: ['packets'],
  targets: ['node', 'redis', 'load-balancer', 'turn'],
  params: strict({
    delay: duration(1, 10_000).describe('Of every packet, each way that is asked for.'),
    ...trafficParams('udp'),
  }),
  lasts: true,
  unavailable: missingImpairmentSupport,
  inject: (context) => {
    const { params } = context;
    return impair(context, params, { delayMs: params.delay });
  },
  rollback: rollbackImpairment,
};
