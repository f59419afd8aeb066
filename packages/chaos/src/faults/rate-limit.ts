import { bitRate, duration, strict, yesOrNo } from '@livekit-swarm/settings';
import { impair, missingImpairmentSupport, rollbackImpairment } from './effects/impair.ts';
import { type Traffic, trafficParams } from './effects/packet-rules.ts';
import { requestedTraffic } from './effects/requested-traffic.ts';

export interface RateParams extends Traffic {
  /** Bits per second. */
  rate: number;
  /** ms */
  queue: number;
  shared: boolean;
}

/** A link that is too small for its traffic. */
export const rateLimit = requestedTraffic<RateParams>(
  {
    name: 'rate-limit',
    description: 'limits throughput; packets that wait longer than the queue are dropped',
    rollbackDescription: 'remove the rules, stop swarm-impair (queued packets are delivered)',
    requires: ['packet_filter'],
    targets: ['node', 'redis', 'load-balancer', 'turn'],
    params: strict({
      rate: bitRate()
        .refine((rate) => rate > 0, 'must be more than 0')
        .describe('Includes IP and UDP headers; in each direction.'),
      queue: duration(1, 10_000)
        .prefault('200ms')
        .describe('A packet that would wait longer is dropped.'),
      shared: yesOrNo()
        .default(true)
        .describe('All participants share the rate; false: each has its own.'),
      ...trafficParams('udp'),
    }),
    lasts: true,
    unavailable: missingImpairmentSupport,
    inject: (context) => {
      const { params } = context;
      return impair(context, params, {
        rateBps: params.rate,
        queueMs: params.queue,
        shared: params.shared,
      });
    },
    rollback: rollbackImpairment,
  },
  ({ rate, queue, ...rest }) => ({ ...rest, rateBps: rate, queueMs: queue }),
);
