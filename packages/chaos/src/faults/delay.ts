import { duration, strict } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import { type Traffic, trafficParams } from './effects/packet-rules.ts';
import { requestedTraffic } from './effects/requested-traffic.ts';

export interface DelayParams extends Traffic {
  /** ms */
  delay: number;
}

/** Distance, or a queue that is never empty. */
export const delay = requestedTraffic<DelayParams>(
  {
    name: 'delay',
    description: 'delays every packet',
    rollbackDescription: 'remove the rules, stop swarm-impair (queued packets are delivered)',
    requires: ['packet_filter'],
    targets: ['node', 'redis', 'load-balancer', 'turn'],
    params: strict({
      delay: duration(1, 10_000).describe('Of every packet, in each direction.'),
      ...trafficParams('udp'),
    }),
    lasts: true,
    unavailable: missingImpairmentSupport,
    inject: (context) => {
      const { params } = context;
      return impair(context, params, { delayMs: params.delay });
    },
    rollback: rollbackImpairment,
  },
  ({ delay: delayMs, ...traffic }) => ({ ...traffic, delayMs }),
);
