import { duration, strict } from '@livekit-swarm/settings';
import { healImpairment, impair, lacksImpairment } from './effects/impair.ts';
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
  healing: 'the rules are removed, swarm-impair is ended, and what it held arrives',
  needs: ['packets'],
  on: ['node', 'redis', 'balancer', 'turn'],
  params: strict({
    delay: duration(1, 10_000).describe('Of every packet, each way that is asked for.'),
    ...trafficParams('udp'),
  }),
  lasts: true,
  available: lacksImpairment,
  inject: (context) => {
    const { params } = context;
    return impair(context, params, { delayMs: params.delay });
  },
  heal: healImpairment,
};
